/** Prices whose level changed, with repeats, until cleared. Reading sorts them. */
export class TouchedPrices {
  private keys = new Float64Array(64);
  private count = 0;

  add(key: number): void {
    if (this.count === this.keys.length) {
      const larger = new Float64Array(this.keys.length * 2);
      larger.set(this.keys);
      this.keys = larger;
    }
    this.keys[this.count++] = key;
  }

  clear(): void {
    this.count = 0;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Calls `visit` once with each key, best (largest) first. */
  each(visit: (key: number) => void): void {
    const sorted = this.keys.subarray(0, this.count).sort();
    for (let index = sorted.length - 1; index >= 0; index--) {
      const key = sorted[index] as number;
      if (index === sorted.length - 1 || key !== sorted[index + 1]) visit(key);
    }
  }
}
