/** Hashes that the platform's own code would be too slow to compute. Same input, same output, everywhere. */
export interface Digest {
  /** SHA-256, 32 bytes; a string is hashed as UTF-8. */
  sha256(content: Uint8Array | string): Uint8Array;
  /** CRC-32 as zlib computes it (not CRC-32C), unsigned; `seed` continues an earlier one. */
  crc32(content: Uint8Array, seed?: number): number;
}
