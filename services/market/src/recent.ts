/** The newest entries of something that grows, oldest first; between `limit` and a quarter more are kept. */
export class Recent<T> {
  readonly #limit: number;
  #entries: T[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#entries.length;
  }

  at(index: number): T | undefined {
    return this.#entries.at(index);
  }

  push(entry: T): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit * 1.25) this.#entries = this.#entries.slice(-this.#limit);
  }

  slice(from: number, to?: number): T[] {
    return this.#entries.slice(from, to);
  }

  /** The first index whose entry is at or above `key` by a value that rises from entry to entry; `length` if none is. */
  firstAtOrAbove(key: number, keyOf: (entry: T) => number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keyOf(this.#entries[middle] as T) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
