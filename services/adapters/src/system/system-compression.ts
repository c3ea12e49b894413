import { promisify } from "node:util";
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from "node:zlib";
import { type Compression, NotCompressed } from "@atlas/platform/ports/compression";
import { systemDigest } from "./system-digest.ts";

/** Its own checksum tells a torn object before anything is known of it. */
const SETTINGS = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

const inThread = { compress: promisify(zstdCompress), expand: promisify(zstdDecompress) };

/** Node's own, in the threads of libuv. */
export function systemCompression(): Compression {
  return {
    compress: async (content) => plain(await inThread.compress(content, SETTINGS)),
    expand: (compressed, most) =>
      inThread.expand(compressed, { maxOutputLength: most }).then(plain, (error: Error) => refuse(error)),
    // A view of a larger buffer is hashed by itself.
    sha256: async (content) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>)),
  };
}

/** The same at once, in the caller's thread: where threads would make every run another one, as in a simulation. */
export function promptCompression(): Compression {
  const digest = systemDigest();
  return {
    compress: async (content) => plain(zstdCompressSync(content, SETTINGS)),
    expand: async (compressed, most) => {
      try {
        return plain(zstdDecompressSync(compressed, { maxOutputLength: most }));
      } catch (error) {
        return refuse(error as Error);
      }
    },
    sha256: async (content) => digest.sha256(content),
  };
}

function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function refuse(error: Error): never {
  throw new NotCompressed(error.message);
}
