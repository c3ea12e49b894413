import type { SignIn } from "@atlas/gateway/identity/open-sign-in";
import { setRoles } from "@atlas/gateway/identity/users";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { SetRolesRequestSchema } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { SignInPlatform } from "../testing/sign-in-platform.ts";

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

function signIn(secret: string, at: SignIn) {
  return platform.run(at.authenticator.authenticate(new Headers({ authorization: `Bearer ${secret}` }), HERE));
}

describe("the local key", () => {
  test("D23: is made of chance, for this platform alone, with ADMIN, OPERATOR, and TRADER on demo", async () => {
    expect(local).toMatch(/^ak_local-[0-9a-f]{20}_[A-Za-z0-9_-]{43}$/);
    const { user } = await signIn(local, gateway);
    expect(user.roles).toEqual([Role.OPERATOR, Role.ADMIN]);
    expect(user.grants).toMatchObject([{ accountId: "demo", role: Role.TRADER }]);
  });

  test("is not changed by another start, nor are its user's roles", async () => {
    const caller = await signIn(local, gateway);
    const request = create(SetRolesRequestSchema, { userId: "local", roles: [Role.ADMIN] });
    const call = { ...caller, deadline: platform.clock.monotonic() + 5_000, source: HERE };
    await platform.run(setRoles(request, call, gateway.identity));
    const again = await platform.gateway();
    expect(platform.files.get("cli.key")).toBe(local);
    expect((await signIn(local, again)).user.roles).toEqual([Role.ADMIN]);
  });

  test("is made anew when its file was removed; the one before is revoked", async () => {
    platform.files.delete("cli.key");
    const again = await platform.gateway();
    await signIn(platform.files.get("cli.key") as string, again);
    await expect(signIn(local, again)).rejects.toMatchObject({ refusal: { reason: Reason.NOT_SIGNED_IN } });
  });

  test("that was revoked stays so at the next start, which leaves the one of another folder alone", async () => {
    const folder = new Map<string, string>();
    await platform.gateway(folder);
    const again = await platform.gateway();
    await expect(signIn(local, again)).rejects.toMatchObject({ refusal: { reason: Reason.NOT_SIGNED_IN } });
    await signIn(folder.get("cli.key") as string, again);
  });

  test("works although the first start was interrupted behind its file", async () => {
    const other = new SignInPlatform();
    other.files.set("cli.key", `${local}\n`);
    await other.start();
    const headers = new Headers({ authorization: `Bearer ${local}` });
    const caller = await other.run((await other.gateway()).authenticator.authenticate(headers, HERE));
    expect(caller.principal.userId).toBe("local");
  });

  test("that was damaged stops the start with its name", async () => {
    platform.files.set("cli.key", "ak_short");
    await expect(platform.gateway()).rejects.toThrow("cli.key");
  });
});
