import { describe, expect, test } from "vitest";
import { decideIdentity } from "./decide-identity.ts";
import { evolveIdentity, touchedBuckets } from "./evolve-identity.ts";
import type { IdentityCommand } from "./identity-command.ts";
import type { IdentityEvent } from "./identity-event.ts";
import { emptyIdentityState, find, type IdentityState } from "./identity-state.ts";
import { SPENT_KEPT } from "./identity-terms.ts";

const MINUTE = 60_000;
const ADMIN = { userId: "admin", keyId: "k-admin" };

/** A platform with the users `admin` and `ann` (TRADER of `a1`), and `admin`'s key. */
function platform(): IdentityState {
  const state = emptyIdentityState();
  const trader = [{ accountId: "a1", role: "TRADER" }] as const;
  run(state, 0, { type: "CREATE_USER", userId: "admin", roles: ["ADMIN"], grants: [] });
  run(state, 0, { type: "CREATE_USER", userId: "ann", roles: [], grants: trader });
  run(state, 0, { type: "CREATE_API_KEY", ...key("k-admin", "admin") });
  return state;
}

function key(keyId: string, userId: string, secretHash = `hash of ${keyId}`) {
  return { keyId, userId, label: "", expiresAt: undefined, secretHash };
}

/** Decides at log time `now` and applies what was decided. */
function run(state: IdentityState, now: number, command: IdentityCommand, asked: Asked = {}): IdentityEvent {
  const request = { command, principal: asked.principal, validUntil: asked.validUntil };
  const event = decideIdentity(state, request, { appendTime: now, logTime: now });
  for (const { table } of touchedBuckets(event)) evolveIdentity(state, table, event, now);
  return event;
}

interface Asked {
  principal?: { userId: string; keyId: string };
  validUntil?: number;
}

/** `ann` signs in by `link` and holds the refresh token `r1` of session `s`, which ends after ten minutes. */
function signIn(state: IdentityState, now = 0): void {
  run(state, now, { type: "CREATE_LOGIN_LINK", userId: "ann", tokenHash: "link", expiresAt: now + MINUTE });
  const session = { sessionId: "s", refreshHash: "r1", expiresAt: now + 10 * MINUTE };
  expect(run(state, now, { type: "REDEEM_LOGIN_LINK", tokenHash: "link", ...session })).toMatchObject({
    type: "SESSION_ADVANCED",
    userId: "ann",
    started: true,
  });
}

function rotate(state: IdentityState, now: number, from: string, to: string): IdentityEvent {
  const expiresAt = now + 10 * MINUTE;
  return run(state, now, { type: "ROTATE_REFRESH_TOKEN", refreshHash: from, nextHash: to, expiresAt });
}

const refused = (reason: string) => ({ type: "ANSWERED", refusal: { reason } });
const nothingToDo = { type: "ANSWERED", refusal: undefined };

describe("users", () => {
  const grant = { accountId: "a1", role: "VIEWER" } as const;
  const rows: readonly [string, IdentityCommand, object][] = [
    ["made", { type: "CREATE_USER", userId: "bob", roles: ["AUDITOR"], grants: [] }, { user: { userId: "bob" } }],
    ["made again", { type: "CREATE_USER", userId: "admin", roles: ["ADMIN"], grants: [] }, nothingToDo],
    [
      "made otherwise",
      { type: "CREATE_USER", userId: "admin", roles: ["AUDITOR"], grants: [] },
      refused("USER_DIFFERS"),
    ],
    [
      "roles in canonical order",
      { type: "SET_ROLES", userId: "ann", roles: ["ADMIN", "OPERATOR", "ADMIN"] },
      { user: { roles: ["OPERATOR", "ADMIN"] } },
    ],
    ["roles as they are", { type: "SET_ROLES", userId: "admin", roles: ["ADMIN"] }, nothingToDo],
    ["roles of nobody", { type: "SET_ROLES", userId: "eve", roles: [] }, refused("UNKNOWN_USER")],
    ["disabled", { type: "DISABLE_USER", userId: "ann" }, { user: { disabled: true } }],
    ["nobody disabled", { type: "DISABLE_USER", userId: "eve" }, refused("UNKNOWN_USER")],
    [
      "grants by account and role",
      { type: "GRANT_ACCOUNT", userId: "ann", grant },
      { user: { grants: [grant, { accountId: "a1", role: "TRADER" }] } },
    ],
    [
      "a grant as it is",
      { type: "GRANT_ACCOUNT", userId: "ann", grant: { accountId: "a1", role: "TRADER" } },
      nothingToDo,
    ],
    ["a grant to nobody", { type: "GRANT_ACCOUNT", userId: "eve", grant }, refused("UNKNOWN_USER")],
    [
      "a grant taken",
      { type: "REVOKE_GRANT", userId: "ann", grant: { accountId: "a1", role: "TRADER" } },
      { user: { grants: [] } },
    ],
    ["a grant that is not there", { type: "REVOKE_GRANT", userId: "ann", grant }, nothingToDo],
  ];
  test.each(rows)("%s", (_name, command, expected) => {
    expect(run(platform(), 1, command)).toMatchObject(expected);
  });
});

describe("API keys", () => {
  const rows: readonly [string, IdentityCommand, object][] = [
    ["made", { type: "CREATE_API_KEY", ...key("k1", "ann") }, { apiKey: { keyId: "k1", revoked: false } }],
    ["the same secret again", { type: "CREATE_API_KEY", ...key("k-admin", "admin") }, nothingToDo],
    ["another secret", { type: "CREATE_API_KEY", ...key("k-admin", "admin", "other") }, refused("KEY_EXISTS")],
    ["of nobody", { type: "CREATE_API_KEY", ...key("k1", "eve") }, refused("UNKNOWN_USER")],
    ["revoked", { type: "REVOKE_API_KEY", keyId: "k-admin" }, { apiKey: { revoked: true } }],
    ["revoked, but unknown", { type: "REVOKE_API_KEY", keyId: "k1" }, refused("UNKNOWN_KEY")],
  ];
  test.each(rows)("%s", (_name, command, expected) => {
    expect(run(platform(), 1, command)).toMatchObject(expected);
  });

  test("none for a disabled user", () => {
    const state = platform();
    run(state, 1, { type: "DISABLE_USER", userId: "ann" });
    expect(run(state, 2, { type: "CREATE_API_KEY", ...key("k1", "ann") })).toMatchObject(refused("USER_DISABLED"));
  });

  test("a thousand and no more", () => {
    const state = platform();
    for (let index = 0; index < 1_000; index++) run(state, 1, { type: "CREATE_API_KEY", ...key(`k${index}`, "ann") });
    expect(run(state, 2, { type: "CREATE_API_KEY", ...key("one more", "ann") })).toMatchObject(
      refused("TOO_MANY_KEYS"),
    );
  });
});

describe("sessions", () => {
  test("a login link works once", () => {
    const state = platform();
    signIn(state);
    const again = { type: "REDEEM_LOGIN_LINK", tokenHash: "link", sessionId: "t", refreshHash: "x" } as const;
    expect(run(state, 1, { ...again, expiresAt: MINUTE })).toMatchObject(refused("LINK_SPENT"));
  });

  const links: readonly [string, string, number, boolean][] = [
    ["in time", "SESSION_ADVANCED", MINUTE - 1, false],
    ["at its end", "ANSWERED", MINUTE, false],
    ["of a disabled user", "ANSWERED", 1, true],
  ];
  test.each(links)("a login link %s: %s", (_name, type, at, disabled) => {
    const state = platform();
    run(state, 0, { type: "CREATE_LOGIN_LINK", userId: "ann", tokenHash: "link", expiresAt: MINUTE });
    if (disabled) run(state, 0, { type: "DISABLE_USER", userId: "ann" });
    const redeem = { type: "REDEEM_LOGIN_LINK", tokenHash: "link", sessionId: "s", refreshHash: "r1" } as const;
    expect(run(state, at, { ...redeem, expiresAt: at + MINUTE }).type).toBe(type);
  });

  test("D23: a refresh token works once; used again it ends the whole family", () => {
    const state = platform();
    signIn(state);
    expect(rotate(state, 1, "r1", "r2")).toMatchObject({ type: "SESSION_ADVANCED", refreshHash: "r2" });
    expect(rotate(state, 2, "r2", "r3")).toMatchObject({ type: "SESSION_ADVANCED", refreshHash: "r3" });
    expect(rotate(state, 3, "r1", "stolen")).toEqual({ type: "SESSION_ENDED", sessionId: "s", tokenReused: true });
    expect(rotate(state, 4, "r3", "r4")).toMatchObject(refused("NOT_SIGNED_IN"));
  });

  test("the spent tokens that are remembered are bounded", () => {
    const state = platform();
    signIn(state);
    for (let index = 1; index <= SPENT_KEPT + 10; index++) rotate(state, index, `r${index}`, `r${index + 1}`);
    expect(find(state.sessions, "s")?.spentHashes).toHaveLength(SPENT_KEPT);
    expect(state.tokens.size).toBe(SPENT_KEPT + 1);
  });

  const rotations: readonly [string, number, IdentityCommand | undefined, object][] = [
    ["in time", 10 * MINUTE - 1, undefined, { type: "SESSION_ADVANCED" }],
    ["at its end", 10 * MINUTE, undefined, refused("NOT_SIGNED_IN")],
    ["after its session ended", 1, { type: "END_SESSION", sessionId: "s" }, refused("NOT_SIGNED_IN")],
    ["of a disabled user", 1, { type: "DISABLE_USER", userId: "ann" }, refused("NOT_SIGNED_IN")],
  ];
  test.each(rotations)("a refresh token %s", (_name, at, before, expected) => {
    const state = platform();
    signIn(state);
    if (before !== undefined) run(state, 0, before);
    expect(rotate(state, at, "r1", "r2")).toMatchObject(expected);
  });

  test("a guessed refresh token ends nobody's session", () => {
    const state = platform();
    signIn(state);
    expect(rotate(state, 1, "guess", "x")).toMatchObject(refused("NOT_SIGNED_IN"));
    expect(rotate(state, 2, "r1", "r2").type).toBe("SESSION_ADVANCED");
  });

  test("what has expired leaves the state when its bucket changes", () => {
    const state = platform();
    signIn(state);
    for (let index = 0; index < 40; index++) {
      run(state, 20 * MINUTE, {
        type: "CREATE_LOGIN_LINK",
        userId: "ann",
        tokenHash: `l${index}`,
        expiresAt: 99 * MINUTE,
      });
      const redeem = { tokenHash: `l${index}`, sessionId: `t${index}`, refreshHash: `f${index}` };
      run(state, 20 * MINUTE, { type: "REDEEM_LOGIN_LINK", ...redeem, expiresAt: 99 * MINUTE });
    }
    expect(find(state.sessions, "s")).toBeUndefined();
    expect(state.tokens.has("r1")).toBe(false);
    expect(state.tokens.size).toBe(40);
  });

  test("ending a session that is not there is no error", () => {
    expect(run(platform(), 1, { type: "END_SESSION", sessionId: "s" })).toEqual(nothingToDo);
  });
});

describe("who asks (S5)", () => {
  const create = { type: "CREATE_USER", userId: "bob", roles: [], grants: [] } as const;
  const revoked = { type: "REVOKE_API_KEY", keyId: "k-admin" } as const;
  const rows: readonly [string, IdentityCommand | undefined, Asked, object][] = [
    ["in time", undefined, { principal: ADMIN, validUntil: 5 }, { type: "USER_CHANGED" }],
    ["too late", undefined, { principal: ADMIN, validUntil: 4 }, refused("COMMAND_EXPIRED")],
    ["too late comes first", revoked, { principal: ADMIN, validUntil: 4 }, refused("COMMAND_EXPIRED")],
    ["by a revoked key", revoked, { principal: ADMIN }, refused("PRINCIPAL_ENDED")],
    ["by a disabled user", { type: "DISABLE_USER", userId: "admin" }, { principal: ADMIN }, refused("PRINCIPAL_ENDED")],
  ];
  test.each(rows)("%s", (_name, before, asked, expected) => {
    const state = platform();
    if (before !== undefined) run(state, 1, before);
    expect(run(state, 5, create, asked)).toMatchObject(expected);
  });
});
