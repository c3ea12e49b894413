/**
 * The parts of a shard's state that its image is made of (S19): a fixed bucket of accounts with their orders, a run of
 * remembered ids, the rest.
 */
export interface Slabs {
  /** Every slab there is, in canonical order: the state hash goes by it (S25). */
  keys(): readonly string[];
  /**
   * The same in the order in which an image copies them; absent: as `keys`. One that is gone when its turn comes is left out of the image:
   * so what tells that it is gone comes behind it.
   */
  copyOrder?(): readonly string[];
  /** Sequence of the last event that changed it. Of a slab that there is, as for `copy`. */
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
