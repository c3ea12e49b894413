import { createHmac, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { createLoginLink, redeemLoginLink } from "@atlas/gateway/identity/login-links";
import type { SignIn } from "@atlas/gateway/identity/open-sign-in";
import { createUser } from "@atlas/gateway/identity/users";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import * as requests from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { SignInPlatform } from "../testing/sign-in-platform.ts";

const HERE = "10.0.0.1";

let platform: SignInPlatform;
let gateway: SignIn;

beforeEach(async () => {
  platform = new SignInPlatform();
  await platform.start();
  gateway = await platform.gateway();
});

function authenticate(secret: string) {
  const header = new Headers({ authorization: `Bearer ${secret}` });
  return platform.run(gateway.authenticator.authenticate(header, HERE));
}

/** What a promise is refused with. */
async function refusalOf(promise: Promise<unknown>): Promise<Reason | undefined> {
  return promise.then(
    () => undefined,
    (error: RefusalError) => error.refusal?.reason ?? Promise.reject(error),
  );
}

/** Makes a user and signs it in: its access token. */
async function signIn(userId: string): Promise<string> {
  const caller = await authenticate(platform.files.get("cli.key") as string);
  const call = { ...caller, deadline: platform.clock.monotonic() + 5_000, source: HERE };
  await platform.run(createUser(create(requests.CreateUserRequestSchema, { userId }), call, gateway.identity));
  const link = create(requests.CreateLoginLinkRequestSchema, { userId });
  const { token } = await platform.run(createLoginLink(link, call, gateway.identity));
  const redeem = create(requests.RedeemLoginLinkRequestSchema, { token });
  const { tokens } = await platform.run(redeemLoginLink(redeem, call, gateway.identity));
  return tokens?.accessToken ?? "";
}

describe("F26: a token is refused", () => {
  const text = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

  /** The parts of a good token, and the same signed by somebody else. */
  async function parts() {
    const accessToken = await signIn("ann");
    const [head = "", body = "", signature = ""] = accessToken.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    return { accessToken, head, body, signature, claims };
  }

  function signedBy(head: object, claims: object, privateKey = generateKeyPairSync("ed25519").privateKey): string {
    const content = `${text(head)}.${text(claims)}`;
    return `${content}.${sign(null, Buffer.from(content), privateKey).toString("base64url")}`;
  }

  const forgeries: readonly [string, (of: Awaited<ReturnType<typeof parts>>) => string][] = [
    ["with alg none", ({ body }) => `${text({ alg: "none", typ: "at+jwt" })}.${body}.`],
    ["with alg none and a signature", ({ body, signature }) => `${text({ alg: "none" })}.${body}.${signature}`],
    ["without a signature", ({ head, body }) => `${head}.${body}.`],
    ["by another key", ({ claims }) => signedBy({ alg: "EdDSA", typ: "at+jwt" }, claims)],
    [
      "by a shared secret",
      ({ claims }) => {
        const content = `${text({ alg: "HS256", typ: "at+jwt" })}.${text(claims)}`;
        return `${content}.${createHmac("sha256", platform.files.get("token.key") as string)
          .update(content)
          .digest("base64url")}`;
      },
    ],
    ["for another user", ({ head, claims, signature }) => `${head}.${text({ ...claims, sub: "local" })}.${signature}`],
    ["of later expiry", ({ head, claims, signature }) => `${head}.${text({ ...claims, exp: 9e9 })}.${signature}`],
    ["that is too long", ({ accessToken }) => accessToken + "A".repeat(5_000)],
    ["that is none", () => "not.a.token"],
  ];
  test.each(forgeries)("%s", async (_name, forge) => {
    const good = await parts();
    expect(await refusalOf(authenticate(forge(good)))).toBe(Reason.NOT_SIGNED_IN);
    await authenticate(good.accessToken);
  });

  const own: readonly [string, object][] = [
    ["of another audience", { aud: "elsewhere" }],
    ["of another issuer", { iss: "elsewhere" }],
    ["without an expiry", { exp: undefined }],
    ["that has expired", { exp: 1_600_000_000 }],
    ["of a session that never was", { sid: "s-none" }],
    ["of another user's session", { sub: "local" }],
  ];
  test.each(own)("%s, although our own key signed it", async (_name, change) => {
    const { claims } = await parts();
    const seed = Buffer.from(platform.files.get("token.key") as string, "base64url");
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const signed = (payload: object) => signedBy({ alg: "EdDSA", typ: "at+jwt" }, payload, key);
    await authenticate(signed(claims));
    expect(await refusalOf(authenticate(signed({ ...claims, ...change })))).toBe(Reason.NOT_SIGNED_IN);
  });
});
