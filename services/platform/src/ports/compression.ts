/** Work on large content, beside the caller's thread where there are others. */
export interface Compression {
  /** Zstandard; never empty. */
  compress(content: Uint8Array): Promise<Uint8Array>;
  /** What was compressed. Rejects with `NotCompressed` for anything else, and for more than `most` bytes of content. */
  expand(compressed: Uint8Array, most: number): Promise<Uint8Array>;
  /** SHA-256, as `Digest` computes it. */
  sha256(content: Uint8Array): Promise<Uint8Array>;
}

/** The bytes are not what `compress` makes, or hold more than was allowed. */
export class NotCompressed extends Error {
  override name = "NotCompressed";
}
