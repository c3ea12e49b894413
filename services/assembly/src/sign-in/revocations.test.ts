import { createApiKey, revokeApiKey } from "@atlas/gateway/identity/api-keys";
import type { SignIn } from "@atlas/gateway/identity/open-sign-in";
import { createUser } from "@atlas/gateway/identity/users";
import * as requests from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { type IdentityCommand, IdentityCommandSchema } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { SignInPlatform } from "../testing/sign-in-platform.ts";

const KEY = "the key";

let platform: SignInPlatform;
let gateway: SignIn;
let keyId: string;

beforeEach(async () => {
  platform = new SignInPlatform();
  await platform.start();
  gateway = await platform.gateway();
  const user = create(requests.CreateUserRequestSchema, { userId: "ann" });
  await platform.run(createUser(user, await call(), gateway.identity));
  const request = create(requests.CreateApiKeyRequestSchema, { requestId: "r1", userId: "ann" });
  const { apiKey } = await platform.run(createApiKey(request, await call(), gateway.identity));
  keyId = apiKey?.keyId ?? "";
});

/** A call by whoever owns the data folder. */
async function call() {
  const authorization = `Bearer ${platform.files.get("cli.key")?.trim()}`;
  const caller = await platform.run(gateway.authenticator.authenticate(new Headers({ authorization }), "here"));
  return { ...caller, deadline: platform.clock.monotonic() + 5_000, source: "here" };
}

/** The gateway ends somebody at identity, and dies before it has told control. */
async function endAndDie(command: IdentityCommand["command"]): Promise<void> {
  const deadline = platform.clock.monotonic() + 5_000;
  await platform.run(gateway.identity.intake.submit(create(IdentityCommandSchema, { command }), deadline));
  gateway.stop();
  expect(revoked()).toEqual([]);
}

function revoked(): { userId: string; keyId: string }[] {
  return platform.shards.control
    .revoked()
    .map(({ userId, keyId: key }) => ({ userId, keyId: key === keyId ? KEY : key }));
}

const endKey = () => ({ case: "revokeApiKey", value: { keyId } }) as IdentityCommand["command"];
const endUser = () => ({ case: "disableUser", value: { userId: "ann" } }) as IdentityCommand["command"];

describe("F4, S23: a gateway dies between ending somebody and telling the order shards", () => {
  test.each([
    ["a key is revoked", endKey, { userId: "ann", keyId: KEY }],
    ["a user is disabled", endUser, { userId: "ann", keyId: "" }],
  ])("%s: the next start completes it", async (_, command, told) => {
    await endAndDie(command());
    await platform.gateway();
    await platform.clock.advance(100);
    expect(revoked()).toEqual([told]);
  });

  test.each([
    ["a key is revoked", endKey, { userId: "ann", keyId: KEY }],
    ["a user is disabled", endUser, { userId: "ann", keyId: "" }],
  ])("%s: a gateway that goes on completes it within ten seconds", async (_, command, told) => {
    await platform.gateway();
    await endAndDie(command());
    await platform.clock.advance(10_100);
    expect(revoked()).toEqual([told]);
  });

  test("it is tried until it is done, and then no more", async () => {
    await endAndDie(endKey());
    platform.log.setDown(true);
    const opening = platform.gateway().catch((error: Error) => error);
    await platform.clock.advance(20_000);
    platform.log.setDown(false);
    await opening;
    await platform.clock.advance(10_100);
    expect(revoked()).toEqual([{ userId: "ann", keyId: KEY }]);
    const { sequence } = platform.shards.control;
    await platform.clock.advance(60_000);
    await platform.gateway();
    await platform.clock.advance(10_100);
    expect(platform.shards.control.sequence).toBe(sequence);
  });
});

test("S23: what was told in time is not told again, at whatever gateway", async () => {
  await platform.gateway();
  const request = create(requests.RevokeApiKeyRequestSchema, { keyId });
  await platform.run(revokeApiKey(request, await call(), gateway.identity));
  expect(revoked()).toEqual([{ userId: "ann", keyId: KEY }]);
  const { sequence } = platform.shards.control;
  await platform.gateway();
  await platform.clock.advance(30_000);
  expect(platform.shards.control.sequence).toBe(sequence);
});
