import type { Digest } from "../ports/digest.ts";

const MULTIPLIER = 0x9e37_79b9_7f4a_7c15n;

/**
 * The chain of a link after one more message (S4): 64 bits over its bytes and all before it, so that two histories of
 * one link that differ anywhere differ from there on. Not a defence against an adversary: links are inside the platform.
 */
export function nextChain(chain: bigint, message: Uint8Array, digest: Digest): bigint {
  const mixed = (chain ^ BigInt(digest.crc32(message))) * MULTIPLIER + BigInt(message.length + 1);
  const word = BigInt.asUintN(64, mixed);
  return word ^ (word >> 29n);
}
