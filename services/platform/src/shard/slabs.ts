/**
 * The parts of a shard's state that its image is made of (S19): a fixed bucket of accounts with their orders, a run of
 * remembered ids, the rest.
 */
export interface Slabs {
  /** Every slab there is, in canonical order: the state hash goes by it (S25). */
  keys(): readonly string[];
  /** Sequence of the last event that changed it. */
  changedAt(key: string): number;
  /** The slab as bytes; equal states give equal bytes. */
  copy(key: string): Uint8Array;
  /**
   * Puts an image's slab in place; `stamp` is the sequence of the last event in it. Only before any event is applied, and only where
   * none was restored. Throws when it cannot be read, and may have put a part of it in place.
   */
  restore(key: string, stamp: number, bytes: Uint8Array): void;
  /** The shard holds nothing, as before any slab was restored: half an image must not stay behind. */
  clear(): void;
}
