/** A resting order and the arriving one traded at the resting one's price. */
export const TRADED = 1;
/** Self-trade prevention took a resting order away; `quantity` is what was still open of it. */
export const MAKER_CANCELED = 2;
/** Self-trade prevention lowered a resting order by `quantity`; it stays. */
export const MAKER_LOWERED = 3;
/** Self-trade prevention lowered the arriving order by `quantity`. */
export const TAKER_LOWERED = 4;
/** Self-trade prevention took the arriving order's rest, `quantity`. */
export const TAKER_CANCELED = 5;
/** The arriving order traded what it could; `quantity` of it is dropped (IMMEDIATE) or all of it (WHOLE). */
export const TAKER_DROPPED = 6;
/** The arriving order, or the amended one that had to queue again, rests with `leaves`. */
export const RESTED = 7;

const STRIDE = 6;
const KIND = 0;
const HANDLE = 1;
const PRICE = 2;
const QUANTITY = 3;
const LEAVES = 4;
const FILLED = 5;

/**
 * What the last operation of a book did, in order. One buffer for the life of the book: whoever wants more than a
 * number copies it. `leaves` and `filled` are of the order that `handle` names, after the event; without a handle
 * (-1) they are the arriving order's.
 */
export class BookEvents {
  count = 0;
  private values = new Float64Array(64 * STRIDE);

  clear(): void {
    this.count = 0;
  }

  add(kind: number, handle: number, price: number, quantity: number, leaves: number, filled: number): void {
    const at = this.count * STRIDE;
    if (at === this.values.length) this.grow();
    const values = this.values;
    values[at + KIND] = kind;
    values[at + HANDLE] = handle;
    values[at + PRICE] = price;
    values[at + QUANTITY] = quantity;
    values[at + LEAVES] = leaves;
    values[at + FILLED] = filled;
    this.count++;
  }

  kind(index: number): number {
    return this.values[index * STRIDE + KIND] as number;
  }

  /** The resting order; for RESTED the one that came to rest; -1 where the event is about the arriving one. */
  handle(index: number): number {
    return this.values[index * STRIDE + HANDLE] as number;
  }

  price(index: number): number {
    return this.values[index * STRIDE + PRICE] as number;
  }

  quantity(index: number): number {
    return this.values[index * STRIDE + QUANTITY] as number;
  }

  leaves(index: number): number {
    return this.values[index * STRIDE + LEAVES] as number;
  }

  filled(index: number): number {
    return this.values[index * STRIDE + FILLED] as number;
  }

  private grow(): void {
    const larger = new Float64Array(this.values.length * 2);
    larger.set(this.values);
    this.values = larger;
  }
}
