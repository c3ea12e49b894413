import type { Slabs } from "../shard/slabs.ts";

/** How one slab is written and read. */
export interface SlabContent {
  readonly key: string;
  copy(): Uint8Array;
  /** In the place of whatever it holds; no bytes: it holds nothing. */
  restore(bytes: Uint8Array): void;
}

const NOTHING = new Uint8Array(0);

/** A fixed list of slabs, each with the sequence of the last event in it (S19). */
export class StampedSlabs implements Slabs {
  readonly #contents: ReadonlyMap<string, SlabContent>;
  readonly #keys: readonly string[];
  readonly #stamps = new Map<string, number>();

  /** In canonical order. */
  constructor(contents: readonly SlabContent[]) {
    this.#contents = new Map(contents.map((content) => [content.key, content]));
    this.#keys = contents.map((content) => content.key);
  }

  keys(): readonly string[] {
    return this.#keys;
  }

  changedAt(key: string): number {
    return this.#stamps.get(key) ?? 0;
  }

  copy(key: string): Uint8Array {
    return this.#content(key).copy();
  }

  restore(key: string, stamp: number, bytes: Uint8Array): void {
    this.#content(key).restore(bytes);
    this.#stamps.set(key, stamp);
  }

  clear(): void {
    for (const content of this.#contents.values()) content.restore(NOTHING);
    this.#stamps.clear();
  }

  /** Whether the event of this sequence is still to be applied to the slab; then it counts as applied (S20). */
  take(key: string, sequence: number): boolean {
    if (sequence <= this.changedAt(key)) return false;
    this.#stamps.set(key, sequence);
    return true;
  }

  #content(key: string): SlabContent {
    const content = this.#contents.get(key);
    if (content === undefined) throw new Error(`there is no slab ${key}`);
    return content;
  }
}
