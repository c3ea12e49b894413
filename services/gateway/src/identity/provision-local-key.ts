import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import type { PrincipalRevoked } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { SecretFiles } from "@atlas/platform/ports/secret-files";
import { hexadecimal } from "@atlas/platform/text/hexadecimal";
import { keyIdOf, newApiKeySecret, sameHash } from "../access/api-key-secret.ts";
import { refuseCredential } from "../access/rights.ts";
import { ask } from "./asked.ts";
import type { IdentityContext } from "./identity-context.ts";

/** Whom the local key belongs to, and the account that the first start gives them to trade on. */
const LOCAL_USER = "local";
const LOCAL_ACCOUNT = "demo";
const FILE = "cli.key";
const ID_BYTES = 10;

type Context = Pick<IdentityContext, "intake" | "view" | "chance" | "digest" | "clock">;

/**
 * Makes the key that whoever owns the data folder signs in by: `cli.key`, of user `local` with ADMIN, OPERATOR and TRADER on
 * `demo`. What exists stays as it is, the user's roles and a revoked key included; a file that was removed is made anew, and
 * the key that stood there before is revoked: its id is answered. A key that does not work takes no other's place. An interrupted
 * first start is completed by the next.
 */
export async function provisionLocalKey(
  files: SecretFiles,
  context: Context,
  deadline: number,
): Promise<readonly Pick<PrincipalRevoked, "userId" | "keyId">[]> {
  const { digest, view } = context;
  const secret = await readOrCreate(files, context);
  const keyId = keyIdOf(secret);
  if (keyId === undefined) throw new Error(`${FILE} in the data folder holds no key: remove it and start again`);
  const call = { deadline };
  if (view.user(LOCAL_USER) === undefined) {
    const grants = [{ accountId: LOCAL_ACCOUNT, role: Role.TRADER }];
    const value = { userId: LOCAL_USER, roles: [Role.OPERATOR, Role.ADMIN], grants };
    await ask({ case: "createUser", value }, call, context);
  }
  if (view.apiKey(keyId) === undefined && view.user(LOCAL_USER)?.disabled === false) {
    const apiKey = { keyId, userId: LOCAL_USER, label: FILE };
    await ask({ case: "createApiKey", value: { apiKey, secretHash: digest.sha256(secret) } }, call, context);
  }
  return works(secret, keyId, context) ? revokeOthers(keyId, context, deadline) : [];
}

async function readOrCreate(files: SecretFiles, { chance }: Context): Promise<string> {
  const kept = await files.read(FILE);
  if (kept !== undefined) return kept.trim();
  await files.create(FILE, newApiKeySecret(`local-${hexadecimal(chance.bytes(ID_BYTES))}`, chance));
  return ((await files.read(FILE)) ?? "").trim();
}

/** Whether its holder can sign in: it may have been revoked, or its user disabled. */
function works(secret: string, keyId: string, { view, clock, digest }: Context): boolean {
  const kept = view.apiKey(keyId);
  if (kept?.apiKey === undefined || !sameHash(digest.sha256(secret), kept.secretHash)) return false;
  return refuseCredential(view, kept.apiKey.userId, { type: "API_KEY", keyId }, clock.now()) === undefined;
}

async function revokeOthers(keyId: string, context: Context, deadline: number) {
  const others = context.view
    .apiKeysOf(LOCAL_USER)
    .map(({ apiKey }) => apiKey)
    .filter((key) => key !== undefined && key.keyId !== keyId && key.label === FILE && !key.revoked);
  const revoked: { userId: string; keyId: string }[] = [];
  for (const other of others) {
    if (other === undefined) continue;
    await ask({ case: "revokeApiKey", value: { keyId: other.keyId } }, { deadline }, context);
    revoked.push({ userId: LOCAL_USER, keyId: other.keyId });
  }
  return revoked;
}
