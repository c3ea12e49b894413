import { createApiKey, listApiKeys, revokeApiKey } from "@atlas/gateway/identity/api-keys";
import { grantAccount, revokeAccountGrant } from "@atlas/gateway/identity/grants";
import { createLoginLink, redeemLoginLink } from "@atlas/gateway/identity/login-links";
import type { SignIn } from "@atlas/gateway/identity/open-sign-in";
import { logOut, refreshToken } from "@atlas/gateway/identity/sessions";
import { createUser, disableUser, listUsers, setRoles } from "@atlas/gateway/identity/users";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import * as requests from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { topics } from "@atlas/platform/topic/topics";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { beforeEach, describe, expect, test } from "vitest";
import { SignInPlatform } from "../testing/sign-in-platform.ts";

const { VIEWER, TRADER, ADMIN, AUDITOR } = Role;
const HERE = "10.0.0.1";

let platform: SignInPlatform;
let gateway: SignIn;
let local: string;

beforeEach(async () => {
  platform = new SignInPlatform();
  await platform.start();
  gateway = await platform.gateway();
  local = platform.files.get("cli.key") as string;
});

function bearer(secret: string): Headers {
  return new Headers({ authorization: `Bearer ${secret}` });
}

function authenticate(secret: string, at = gateway, source = HERE) {
  return platform.run(at.authenticator.authenticate(bearer(secret), source));
}

/** What a promise is refused with. */
async function refusalOf(promise: Promise<unknown>): Promise<Reason | undefined> {
  return platform.run(promise).then(
    () => undefined,
    (error: RefusalError) => error.refusal?.reason ?? Promise.reject(error),
  );
}

/** A call by whoever holds a secret. */
async function call(secret = local, at = gateway) {
  const caller = await authenticate(secret, at);
  return { ...caller, deadline: platform.clock.monotonic() + 5_000, source: HERE };
}

const anonymous = (source = HERE) => ({ deadline: platform.clock.monotonic() + 5_000, source });

async function makeUser(userId: string, roles: Role[] = []): Promise<void> {
  const request = create(requests.CreateUserRequestSchema, { userId, roles });
  await platform.run(createUser(request, await call(), gateway.identity));
}

async function makeKey(userId: string, expireTime?: ReturnType<typeof timestampFromMs>, requestId = "r1") {
  const request = create(requests.CreateApiKeyRequestSchema, { requestId, userId, expireTime });
  return platform.run(createApiKey(request, await call(), gateway.identity));
}

async function linkTo(userId: string): Promise<string> {
  const request = create(requests.CreateLoginLinkRequestSchema, { userId });
  return (await platform.run(createLoginLink(request, await call(), gateway.identity))).token;
}

function redeem(token: string, source = HERE) {
  const request = create(requests.RedeemLoginLinkRequestSchema, { token });
  return redeemLoginLink(request, anonymous(source), gateway.identity);
}

function refresh(token: string, source = HERE) {
  const request = create(requests.RefreshTokenRequestSchema, { refreshToken: token });
  return refreshToken(request, anonymous(source), gateway.identity);
}

/** Signs a user in: both tokens. */
async function signIn(userId: string) {
  const { tokens } = await platform.run(redeem(await linkTo(userId)));
  if (tokens === undefined) throw new Error("no tokens");
  return tokens;
}

/** Watches a caller; answers what it ended with, so far. */
async function watched(secret: string, at = gateway) {
  const ended: Reason[] = [];
  const caller = await authenticate(secret, at);
  at.authenticator.watch(caller, (error) => ended.push(error.refusal.reason));
  return ended;
}

describe("API keys", () => {
  test("work at once, at every gateway, until revoked; then every order shard refuses them", async () => {
    await makeUser("ann");
    const other = await platform.gateway();
    const { secret, apiKey } = await makeKey("ann");
    expect((await authenticate(secret)).principal).toMatchObject({ userId: "ann", keyId: apiKey?.keyId });
    expect((await authenticate(secret, other)).principal.userId).toBe("ann");
    const ended = [await watched(secret), await watched(secret, other)];

    const request = create(requests.RevokeApiKeyRequestSchema, { keyId: apiKey?.keyId as string });
    const revoked = await platform.run(revokeApiKey(request, await call(), gateway.identity));
    expect(revoked.apiKey?.revoked).toBe(true);
    expect(ended).toEqual([[Reason.NOT_SIGNED_IN], [Reason.NOT_SIGNED_IN]]);
    for (const at of [gateway, other]) {
      expect(await refusalOf(at.authenticator.authenticate(bearer(secret), HERE))).toBe(Reason.NOT_SIGNED_IN);
    }
    for (let partition = 0; partition < 16; partition++) {
      expect((await platform.log.range(topics.orderCommands.name, partition)).end).toBeGreaterThan(0);
    }
  });

  test("a repeat is refused, for a secret is shown once; the first secret goes on", async () => {
    await makeUser("ann");
    const { secret } = await makeKey("ann");
    expect(await refusalOf(makeKey("ann"))).toBe(Reason.CONFLICT);
    await authenticate(secret);
  });

  test("I26: of others do not exist but for ADMIN", async () => {
    await makeUser("ann");
    await makeUser("bob");
    const ann = await makeKey("ann", undefined, "a");
    const bob = await makeKey("bob", undefined, "b");
    const byBob = await call(bob.secret);
    const revoke = create(requests.RevokeApiKeyRequestSchema, { keyId: ann.apiKey?.keyId as string });
    expect(await refusalOf(revokeApiKey(revoke, byBob, gateway.identity))).toBe(Reason.UNKNOWN_IDENTITY);
    const list = create(requests.ListApiKeysRequestSchema, { userId: "ann" });
    expect(await refusalOf(listApiKeys(list, byBob, gateway.identity))).toBe(Reason.NOT_ALLOWED);
    const make = create(requests.CreateApiKeyRequestSchema, { requestId: "x", userId: "ann" });
    expect(await refusalOf(createApiKey(make, byBob, gateway.identity))).toBe(Reason.NOT_ALLOWED);
    const own = await platform.run(listApiKeys(create(requests.ListApiKeysRequestSchema), byBob, gateway.identity));
    expect(own.apiKeys.map(({ keyId }) => keyId)).toEqual([bob.apiKey?.keyId]);
  });

  test("end by time, and their streams within two seconds", async () => {
    await makeUser("ann");
    const { secret } = await makeKey("ann", timestampFromMs(platform.clock.now() + 30_000));
    const ended = await watched(secret);
    await platform.clock.advance(28_000);
    expect(ended).toEqual([]);
    await platform.clock.advance(4_000);
    expect(ended).toEqual([Reason.NOT_SIGNED_IN]);
    expect(await refusalOf(authenticate(secret))).toBe(Reason.NOT_SIGNED_IN);
  });

  test("are listed in pages that neither repeat nor skip, whatever comes meanwhile", async () => {
    await makeUser("ann");
    const made: string[] = [];
    for (const request of ["1", "2", "3", "4", "5"])
      made.push((await makeKey("ann", undefined, request)).apiKey?.keyId as string);
    const seen: string[] = [];
    for (let pageToken = "", pages = 0; pages === 0 || pageToken !== ""; pages++) {
      const request = create(requests.ListApiKeysRequestSchema, { userId: "ann", pageSize: 2, pageToken });
      const page = await platform.run(listApiKeys(request, await call(), gateway.identity));
      seen.push(...page.apiKeys.map(({ keyId }) => keyId));
      pageToken = page.nextPageToken;
      const elsewhere = create(requests.ListUsersRequestSchema, { pageToken });
      if (pageToken !== "") {
        expect(await refusalOf(listUsers(elsewhere, await call(), gateway.identity))).toBe(Reason.BAD_PAGE_TOKEN);
      }
    }
    expect(seen).toEqual(made.sort());
  });
});

describe("sessions", () => {
  beforeEach(() => makeUser("ann"));

  test("D23: a refresh token works once; used again it ends the session and its streams", async () => {
    const first = await signIn("ann");
    expect((await authenticate(first.accessToken)).principal.userId).toBe("ann");
    const { tokens: second } = await platform.run(refresh(first.refreshToken));
    const ended = await watched(second?.accessToken as string);
    expect(await refusalOf(refresh(first.refreshToken))).toBe(Reason.TOKEN_REUSED);
    expect(ended).toEqual([Reason.NOT_SIGNED_IN]);
    expect(await refusalOf(refresh(second?.refreshToken as string))).toBe(Reason.NOT_SIGNED_IN);
    expect(await refusalOf(authenticate(second?.accessToken as string))).toBe(Reason.NOT_SIGNED_IN);
  });

  test("a login link works once, and ten minutes", async () => {
    const [once, late] = [await linkTo("ann"), await linkTo("ann")];
    await platform.run(redeem(once));
    expect(await refusalOf(redeem(once))).toBe(Reason.SPENT);
    await platform.clock.advance(600_000);
    expect(await refusalOf(redeem(late))).toBe(Reason.SPENT);
  });

  test("F26: an access token expires in the middle of a stream", async () => {
    const { accessToken, accessExpireTime } = await signIn("ann");
    const ended = await watched(accessToken);
    await platform.clock.advance(Number(accessExpireTime?.seconds) * 1000 - platform.clock.now() - 1_500);
    expect(ended).toEqual([]);
    await platform.clock.advance(3_500);
    expect(ended).toEqual([Reason.NOT_SIGNED_IN]);
    expect(await refusalOf(authenticate(accessToken))).toBe(Reason.NOT_SIGNED_IN);
  });

  test("end by logging out; an API key is left as it is", async () => {
    const { accessToken, refreshToken: token } = await signIn("ann");
    await platform.run(logOut(create(requests.LogOutRequestSchema), await call(accessToken), gateway.identity));
    expect(await refusalOf(authenticate(accessToken))).toBe(Reason.NOT_SIGNED_IN);
    expect(await refusalOf(refresh(token))).toBe(Reason.NOT_SIGNED_IN);
    await platform.run(logOut(create(requests.LogOutRequestSchema), await call(), gateway.identity));
    await authenticate(local);
  });

  test("I26: everything of a disabled user ends", async () => {
    const { secret } = await makeKey("ann");
    const { accessToken, refreshToken: token } = await signIn("ann");
    const link = await linkTo("ann");
    const ended = [await watched(secret), await watched(accessToken)];
    const request = create(requests.DisableUserRequestSchema, { userId: "ann" });
    await platform.run(disableUser(request, await call(), gateway.identity));
    expect(ended).toEqual([[Reason.NOT_SIGNED_IN], [Reason.NOT_SIGNED_IN]]);
    expect(await refusalOf(authenticate(secret))).toBe(Reason.NOT_SIGNED_IN);
    expect(await refusalOf(authenticate(accessToken))).toBe(Reason.NOT_SIGNED_IN);
    expect(await refusalOf(refresh(token))).toBe(Reason.NOT_SIGNED_IN);
    expect(await refusalOf(redeem(link))).toBe(Reason.SPENT);
  });

  test("I26: a right taken ends what was opened with it; a right given ends nothing", async () => {
    const grant = (role: Role) => ({ userId: "ann", grant: { accountId: "a1", role } });
    const { identity } = gateway;
    platform.accounts.add("a1");
    await platform.run(grantAccount(create(requests.GrantAccountRequestSchema, grant(TRADER)), await call(), identity));
    const { accessToken } = await signIn("ann");
    const ended = await watched(accessToken);
    await platform.run(grantAccount(create(requests.GrantAccountRequestSchema, grant(VIEWER)), await call(), identity));
    expect(ended).toEqual([]);
    const taken = create(requests.RevokeAccountGrantRequestSchema, grant(TRADER));
    const { user } = await platform.run(revokeAccountGrant(taken, await call(), identity));
    expect(user?.grants).toMatchObject([{ accountId: "a1", role: VIEWER }]);
    expect(ended).toEqual([Reason.NOT_SIGNED_IN]);
    await authenticate(accessToken);
  });
});

test("a grant on an account that does not exist is refused, and names the field", async () => {
  await makeUser("ann");
  const grant = { accountId: "a2", role: TRADER };
  const request = create(requests.GrantAccountRequestSchema, { userId: "ann", grant });
  const granting = grantAccount(request, await call(), gateway.identity);
  const refused = await platform.run(granting.catch((error: RefusalError) => error.refusal));
  expect(refused).toMatchObject({ reason: Reason.UNKNOWN_ACCOUNT, field: "grant.account_id" });
  expect(gateway.identity.view.user("ann")?.grants).toEqual([]);
  platform.accounts.add("a2");
  await platform.run(grantAccount(request, await call(), gateway.identity));
  expect(gateway.identity.view.user("ann")?.grants).toMatchObject([grant]);
});

test("I10: nobody trades on an account of participants, which may be looked at, and no user has their name", async () => {
  await makeUser("ann");
  platform.accounts.add("house-BTC-USD");
  const granting = async (role: Role) => {
    const grant = { accountId: "house-BTC-USD", role };
    const request = create(requests.GrantAccountRequestSchema, { userId: "ann", grant });
    return platform.run(grantAccount(request, await call(), gateway.identity));
  };
  const refused = await granting(TRADER).catch((error: RefusalError) => error.refusal);
  expect(refused).toMatchObject({ reason: Reason.INVALID_FIELD, field: "grant.account_id" });
  const { user } = (await granting(VIEWER)) as requests.GrantAccountResponse;
  expect(user?.grants).toMatchObject([{ accountId: "house-BTC-USD", role: VIEWER }]);
  const named = await makeUser("house").catch((error: RefusalError) => error.refusal);
  expect(named).toMatchObject({ reason: Reason.INVALID_FIELD, field: "user_id" });
  expect(gateway.identity.view.user("house")).toBeUndefined();
});

describe("what is no credential", () => {
  const wrong = "ak_local-00000000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  test.each(["", "Basic YTpi", "Bearer", "Bearer  ", `Bearer ${wrong}`, "Bearer ak_x", "Bearer \u00e9"])(
    "is refused: %j",
    async (authorization) => {
      const headers = new Headers(authorization === "" ? {} : { authorization });
      expect(await refusalOf(gateway.authenticator.authenticate(headers, HERE))).toBe(Reason.NOT_SIGNED_IN);
    },
  );

  test("D23: guessing is locked out by source, with the time to wait; who holds a key is not kept out by it", async () => {
    const guess = (source: string) => gateway.authenticator.authenticate(bearer(wrong), source);
    const reasons: (Reason | undefined)[] = [];
    for (let attempt = 0; attempt < 12; attempt++) reasons.push(await refusalOf(guess(HERE)));
    expect(reasons.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => Reason.NOT_SIGNED_IN));
    expect(reasons.slice(10)).toEqual([Reason.LOCKED_OUT, Reason.LOCKED_OUT]);
    expect(await refusalOf(guess("10.0.0.2"))).toBe(Reason.NOT_SIGNED_IN);
    await authenticate(local);
    const error = (await guess(HERE).catch((thrown) => thrown)) as RefusalError;
    expect(Number(error.refusal.retryAfter?.seconds)).toBeGreaterThan(0);
    await platform.clock.advance(Number(error.refusal.retryAfter?.seconds) * 1000 + 1_000);
    expect(await refusalOf(guess(HERE))).toBe(Reason.NOT_SIGNED_IN);
  });

  test("D23: guessing login links is locked out, and then even a right one", async () => {
    await makeUser("ann");
    const link = await linkTo("ann");
    for (let attempt = 0; attempt < 10; attempt++) expect(await refusalOf(redeem(`x${attempt}`))).toBe(Reason.SPENT);
    const before = await platform.log.range(topics.identityCommands.name, 0);
    expect(await refusalOf(redeem(link))).toBe(Reason.LOCKED_OUT);
    expect((await platform.log.range(topics.identityCommands.name, 0)).end).toBe(before.end);
    await platform.run(redeem(link, "10.0.0.2"));
  });

  test("D23: guessing refresh tokens is locked out", async () => {
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await refusalOf(refresh(`x${attempt}`))).toBe(Reason.NOT_SIGNED_IN);
    expect(await refusalOf(refresh("x"))).toBe(Reason.LOCKED_OUT);
  });
});

describe("S23: a gateway that cannot hear of revocations", () => {
  test("refuses all after five seconds, ends what is open, and goes on when it hears again", async () => {
    const ended = await watched(local);
    platform.away.add("identity/0");
    await platform.clock.advance(4_000);
    await gateway.authenticator.authenticate(bearer(local), HERE);
    await platform.clock.advance(2_500);
    expect(await refusalOf(gateway.authenticator.authenticate(bearer(local), HERE))).toBe(Reason.NOT_READY);
    await platform.clock.advance(2_000);
    expect(ended).toEqual([Reason.NOT_READY]);
    platform.away.clear();
    await platform.clock.advance(1_500);
    await authenticate(local);
  });
});

test("users are made, listed and given roles; a repeat changes nothing", async () => {
  await makeUser("bob", [AUDITOR]);
  await makeUser("bob", [AUDITOR]);
  expect(await refusalOf(makeUser("bob", [ADMIN]))).toBe(Reason.CONFLICT);
  const { users, cursor } = await platform.run(
    listUsers(create(requests.ListUsersRequestSchema), await call(), gateway.identity),
  );
  expect(users.map(({ userId }) => userId)).toEqual(["bob", "local"]);
  expect(cursor).toMatch(/^identity\/0:[1-9]/);
  const nobody = create(requests.SetRolesRequestSchema, { userId: "eve", roles: [] });
  expect(await refusalOf(setRoles(nobody, await call(), gateway.identity))).toBe(Reason.UNKNOWN_IDENTITY);
});

test("no secret ever reaches the log", async () => {
  await makeUser("ann");
  const { secret } = await makeKey("ann");
  const link = await linkTo("ann");
  const { tokens } = await platform.run(redeem(link));
  const secrets = [local, secret, link, tokens?.accessToken ?? "", tokens?.refreshToken ?? ""];
  const kept: string[] = [];
  for (const { name } of [
    topics.identityCommands,
    topics.identityEvents,
    topics.controlCommands,
    topics.controlEvents,
  ]) {
    for (const { bytes } of await platform.log.read(name, 0, 0, 100_000_000))
      kept.push(Buffer.from(bytes).toString("latin1"));
  }
  for (const one of secrets)
    expect(kept.some((record) => record.includes(one.split("_").at(-1) as string))).toBe(false);
  expect(platform.failures).toEqual([]);
});
