import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Digest } from "@atlas/platform/ports/digest";

/** Node's own hashes. */
export function systemDigest(): Digest {
  return { sha256, crc32: (content, seed) => crc32(content, seed) };
}

function sha256(content: Uint8Array | string): Uint8Array {
  // As a string and back: three times faster than asking for a buffer (SPEED.md).
  const units = hash("sha256", content, "binary");
  const bytes = new Uint8Array(32);
  for (let index = 0; index < 32; index += 1) bytes[index] = units.charCodeAt(index);
  return bytes;
}
