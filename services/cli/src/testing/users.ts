import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { AtlasClient } from "../client/atlas-client.ts";
import { requestId } from "../client/request-id.ts";

/** What stands before an Ed25519 seed in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** A user's API key. */
export interface MadeKey {
  readonly userId: string;
  readonly keyId: string;
  readonly secret: string;
}

/** A user with these roles, and TRADER or VIEWER where granted, with a key. `atlas` may administer. */
export async function makeUser(
  atlas: AtlasClient,
  userId: string,
  roles: readonly Role[],
  grants: readonly { accountId: string; role: Role }[] = [],
): Promise<MadeKey> {
  await atlas.identity.createUser({ userId, roles: [...roles] });
  for (const grant of grants) await atlas.identity.grantAccount({ userId, grant });
  return makeKey(atlas, userId);
}

/** `lifetime` in milliseconds; absent: for ever. */
export async function makeKey(atlas: AtlasClient, userId: string, lifetime?: number): Promise<MadeKey> {
  const expireTime = lifetime === undefined ? undefined : timestampFromMs(Date.now() + lifetime);
  const made = await atlas.identity.createApiKey({
    requestId: requestId(),
    userId,
    ...(expireTime === undefined ? {} : { expireTime }),
  });
  return { userId, keyId: made.apiKey?.keyId ?? "", secret: made.secret };
}

/** Signs the user in by a login link: its access token. */
export async function signInByLink(atlas: AtlasClient, userId: string): Promise<string> {
  const { token } = await atlas.identity.createLoginLink({ userId });
  const { tokens } = await atlas.identity.redeemLoginLink({ token });
  return tokens?.accessToken ?? "";
}

/** The same access token, signed by the platform's own key, but over a minute ago. */
export function expired(token: string, dataFolder: string): string {
  const [head = "", body = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as { exp: number; iat: number };
  const past = Math.floor(Date.now() / 1_000) - 60;
  const content = `${head}.${encoded({ ...claims, iat: past - 60, exp: past })}`;
  const seed = Buffer.from(readFileSync(join(dataFolder, "token.key"), "utf8").trim(), "base64url");
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  return `${content}.${sign(null, Buffer.from(content), key).toString("base64url")}`;
}

function encoded(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}

/** Asks until it holds; fails after 60 s, for a machine that is busy with others may take most of them. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within 60 s: ${what}`);
    await sleep(10);
  }
}
