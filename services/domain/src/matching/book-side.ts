/** Up to here a loop moves keys faster than `copyWithin` starts. */
const SHORT_MOVE = 48;

/**
 * The price levels of one side, sorted by key with the best last: a key is the price for bids and its negative for
 * asks, so that larger is better on both. Trading happens at the end, where arrays shrink and grow for nothing.
 */
export class BookSide {
  count = 0;
  /** Open lots of all orders. */
  quantity = 0;
  keys = new Float64Array(256);
  levels = new Int32Array(256);

  /** Index of the first key that is at least `key`, or `count`. Cheap near the best. */
  seek(key: number): number {
    const keys = this.keys;
    let high = this.count;
    let low = high - 1;
    let step = 1;
    while (low >= 0 && (keys[low] as number) >= key) {
      high = low;
      low -= step;
      step <<= 1;
    }
    if (low < -1) low = -1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((keys[middle] as number) < key) low = middle;
      else high = middle;
    }
    return high;
  }

  insert(index: number, key: number, level: number): void {
    if (this.count === this.keys.length) this.grow();
    const keys = this.keys;
    const levels = this.levels;
    const count = this.count;
    if (count - index > SHORT_MOVE) {
      keys.copyWithin(index + 1, index, count);
      levels.copyWithin(index + 1, index, count);
    } else {
      for (let at = count; at > index; at--) {
        keys[at] = keys[at - 1] as number;
        levels[at] = levels[at - 1] as number;
      }
    }
    keys[index] = key;
    levels[index] = level;
    this.count = count + 1;
  }

  remove(index: number): void {
    const keys = this.keys;
    const levels = this.levels;
    const last = this.count - 1;
    if (last - index > SHORT_MOVE) {
      keys.copyWithin(index, index + 1, this.count);
      levels.copyWithin(index, index + 1, this.count);
    } else {
      for (let at = index; at < last; at++) {
        keys[at] = keys[at + 1] as number;
        levels[at] = levels[at + 1] as number;
      }
    }
    this.count = last;
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    keys.set(this.keys);
    this.keys = keys;
    const levels = new Int32Array(this.levels.length * 2);
    levels.set(this.levels);
    this.levels = levels;
  }
}
