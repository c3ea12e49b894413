import type { Digest } from "../ports/digest.ts";
import { base64url } from "./base64url.ts";

/** 120 bits: 20 characters. */
const HASH_BYTES = 15;

/**
 * The id that a submit, deposit or withdrawal has for ever: the account's shard in two hexadecimal digits, then 120 bits
 * of SHA-256 over account and request id. The same request always has the same id, so its item is the idempotency record
 * (S18).
 */
export function orderIdOf(digest: Digest, shard: number, accountId: string, requestId: string): string {
  const hash = digest.sha256(`${accountId}\0${requestId}`);
  return shard.toString(16).padStart(2, "0") + base64url(hash.subarray(0, HASH_BYTES));
}
