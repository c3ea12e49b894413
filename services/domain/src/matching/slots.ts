import { NONE } from "./book-code.ts";

/**
 * Numbers for things kept in parallel arrays: freed numbers are given out again, last freed first. The owner grows
 * its arrays when `take` answers a number at their end.
 */
export class Slots {
  /** Numbers below this have been given out at least once. */
  limit = 0;
  private free = new Int32Array(64);
  private freeCount = 0;

  take(): number {
    return this.freeCount === 0 ? this.limit++ : (this.free[--this.freeCount] as number);
  }

  release(slot: number): void {
    if (this.freeCount === this.free.length) {
      const larger = new Int32Array(this.free.length * 2).fill(NONE);
      larger.set(this.free);
      this.free = larger;
    }
    this.free[this.freeCount++] = slot;
  }
}

export function growFloats(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

export function growIntegers(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
