import type { Chance } from "@atlas/platform/ports/chance";
import { base64url } from "@atlas/platform/text/base64url";

/** 256 bits: 43 characters. */
const SECRET_BYTES = 32;
const SHAPE = /^ak_([A-Za-z0-9-]{1,61})_([A-Za-z0-9_-]{43})$/;

/** What a client sends to sign in by an API key: `ak_`, the key's id, and 256 bits of chance. */
export function newApiKeySecret(keyId: string, chance: Chance): string {
  return `ak_${keyId}_${newToken(chance)}`;
}

/** The key's id in a secret; `undefined`: it is none. */
export function keyIdOf(secret: string): string | undefined {
  return SHAPE.exec(secret)?.[1];
}

/** 256 bits of chance as text: login links and refresh tokens are that and no more. */
export function newToken(chance: Chance): string {
  return base64url(chance.bytes(SECRET_BYTES));
}

/** Compares hashes in a time that does not tell where they differ. */
export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) difference |= (left[index] as number) ^ (right[index] ?? 0);
  return difference === 0;
}
