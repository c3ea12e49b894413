import { requestId } from "../client/request-id.ts";

/** The orders of one account in a run, by index: what was sent, and when what was heard of it. Milliseconds. */
export class OrderTable {
  readonly count: number;
  readonly requestIds: string[];
  /** When it was or should have been sent first; 0: not yet. */
  readonly sentAt: Float64Array;
  readonly decidedAt: Float64Array;
  readonly filledAt: Float64Array;
  decided = 0;
  filled = 0;
  readonly #indexOf = new Map<string, number>();
  /** Fills that were heard of before the order's answer. */
  readonly #early = new Map<string, number>();
  #changed: () => void = () => {};

  constructor(count: number) {
    this.count = count;
    this.requestIds = new Array(count);
    this.sentAt = new Float64Array(count);
    this.decidedAt = new Float64Array(count);
    this.filledAt = new Float64Array(count);
  }

  /** BUY on even, SELL on odd: everything finds its other side. */
  isBuy(index: number): boolean {
    return index % 2 === 0;
  }

  /** Makes the request id: before the first sending, never again. */
  begin(index: number, time: number): string {
    const id = requestId();
    this.requestIds[index] = id;
    this.sentAt[index] = time;
    return id;
  }

  /** The order was decided; a repeat tells nothing new. */
  decide(index: number, orderId: string, time: number): void {
    if (this.decidedAt[index] !== 0) return;
    this.decidedAt[index] = time;
    this.decided++;
    this.#indexOf.set(orderId, index);
    const early = this.#early.get(orderId);
    if (early !== undefined) this.fill(orderId, early);
    this.#changed();
  }

  /** The order was filled in full; a repeat tells nothing new. */
  fill(orderId: string, time: number): void {
    const index = this.#indexOf.get(orderId);
    if (index === undefined) {
      this.#early.set(orderId, time);
      return;
    }
    this.#early.delete(orderId);
    if (this.filledAt[index] !== 0) return;
    this.filledAt[index] = time;
    this.filled++;
    this.#changed();
  }

  /** Calls back whenever an order was decided or filled. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** What each order took from its sending to `until`, for those that got there. */
  latencies(until: Float64Array): Float64Array {
    const found = new Float64Array(this.count);
    let length = 0;
    for (let index = 0; index < this.count; index++) {
      const end = until[index] as number;
      if (end !== 0) found[length++] = end - (this.sentAt[index] as number);
    }
    return found.subarray(0, length);
  }
}
