import type { Digest } from "../ports/digest.ts";
import type { StatePart } from "./input-shard.ts";
import type { Slabs } from "./slabs.ts";

/** SHA-256 over a state's parts in canonical order, hexadecimal: equal states, equal hashes (I10). */
export function stateHashOf(parts: Iterable<StatePart>, digest: Digest): string {
  const hashes: Uint8Array[] = [];
  for (const { key, bytes } of parts) hashes.push(digest.sha256(key), digest.sha256(bytes));
  const whole = new Uint8Array(hashes.length * 32);
  for (const [index, hash] of hashes.entries()) whole.set(hash, index * 32);
  return hexadecimal(digest.sha256(whole));
}

/** The same of a shard with an event log, slab after slab. */
export function stateHash(slabs: Slabs, digest: Digest): string {
  return stateHashOf(
    slabs.keys().map((key) => ({ key, bytes: slabs.copy(key) })),
    digest,
  );
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
