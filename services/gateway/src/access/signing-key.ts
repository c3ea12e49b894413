import type { Chance } from "@atlas/platform/ports/chance";
import type { SecretFiles } from "@atlas/platform/ports/secret-files";
import { base64url, fromBase64url } from "@atlas/platform/text/base64url";
import { type CryptoKey, exportJWK, importJWK, importPKCS8 } from "jose";

/** The key pair that access tokens are signed and checked with. */
export interface SigningKey {
  readonly private: CryptoKey;
  readonly public: CryptoKey;
}

const FILE = "token.key";
const SEED_BYTES = 32;
/** What stands before the seed in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/** The platform's Ed25519 key pair, made on first use; a platform keeps one as long as its data folder. */
export async function loadSigningKey(files: SecretFiles, chance: Chance): Promise<SigningKey> {
  let text = await files.read(FILE);
  if (text === undefined) {
    await files.create(FILE, base64url(chance.bytes(SEED_BYTES)));
    text = (await files.read(FILE)) ?? "";
  }
  const seed = fromBase64url(text.trim());
  if (seed?.length !== SEED_BYTES)
    throw new Error(`${FILE} in the data folder holds no key: remove it and start again`);
  return signingKeyOf(seed);
}

/** The same seed gives the same pair. */
async function signingKeyOf(seed: Uint8Array): Promise<SigningKey> {
  const body = base64url(Uint8Array.from([...PKCS8_HEAD, ...seed]))
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  const pem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`;
  const secret = await importPKCS8(pem, "EdDSA", { extractable: true });
  const { kty, crv, x } = await exportJWK(secret);
  return { private: secret, public: (await importJWK({ kty, crv, x }, "EdDSA")) as CryptoKey };
}
