import { createHash } from "node:crypto";
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type Compression, NotCompressed } from "../../ports/compression.ts";
import type { Digest } from "../../ports/digest.ts";

const SETTINGS = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** Zstandard at once: the clock of a test does not wait for threads. */
export const testCompression: Compression = {
  compress: async (content) => new Uint8Array(zstdCompressSync(content, SETTINGS)),
  expand: async (compressed, most) => {
    try {
      return new Uint8Array(zstdDecompressSync(compressed, { maxOutputLength: most }));
    } catch (error) {
      throw new NotCompressed((error as Error).message);
    }
  },
  sha256: async (content) => new Uint8Array(createHash("sha256").update(content).digest()),
};

export const testDigest: Digest = {
  sha256: (content) => new Uint8Array(createHash("sha256").update(content).digest()),
  crc32: (content, seed) => crc32(content, seed),
};
