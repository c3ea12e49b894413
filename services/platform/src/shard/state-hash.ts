import type { Digest } from "../ports/digest.ts";
import type { Slabs } from "./slabs.ts";

/** SHA-256 over a shard's slabs in canonical order, hexadecimal: equal states, equal hashes (I10). */
export function stateHash(slabs: Slabs, digest: Digest): string {
  const hashes = new Uint8Array(slabs.keys().length * 64);
  let at = 0;
  for (const key of slabs.keys()) {
    hashes.set(digest.sha256(key), at);
    hashes.set(digest.sha256(slabs.copy(key)), at + 32);
    at += 64;
  }
  return hexadecimal(digest.sha256(hashes));
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
