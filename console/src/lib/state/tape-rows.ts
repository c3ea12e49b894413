import type { Trade } from "@atlas/gen/atlas/market/v1/market_pb";
import { unitsOf } from "../decimal/decimal.ts";

/** A large print is this many times the median of those shown. */
export const LARGE = "5";
/** What "all" shows at most. */
export const KEPT = 2_000;
/** The median is of the newest: of all it would cost more than it tells. */
const MEASURED = 100;

/** A row of the tape. */
export interface TapeRow {
  readonly trade: Trade;
  /** At least `LARGE` times the median quantity of the newest hundred trades when it was told. */
  readonly isLarge: boolean;
}

/** The last trades, newest first. */
export class TapeRows {
  #rows: readonly TapeRow[] = [];
  /** Quantities of the newest rows, in whole units: they are sorted far more often than they come. */
  #newest: readonly bigint[] = [];
  /** Updated with every batch of trades: sorting for every single one would cost more than it tells. */
  #threshold: bigint | undefined;

  /** Trades oldest first, as the stream tells them. */
  replace(trades: readonly Trade[]): void {
    this.#rows = [];
    this.#threshold = thresholdOf(trades.map(({ quantity }) => unitsOf(quantity)));
    this.#newest = [];
    this.#put(trades);
  }

  add(trades: readonly Trade[]): void {
    this.#threshold = thresholdOf(this.#newest);
    this.#put(trades);
  }

  get rows(): readonly TapeRow[] {
    return this.#rows;
  }

  #put(trades: readonly Trade[]): void {
    const newest = trades.slice(-KEPT).toReversed();
    const quantities = newest.map(({ quantity }) => unitsOf(quantity));
    const rows = newest.map((trade, index) => ({ trade, isLarge: this.#isLarge(quantities[index] ?? 0n) }));
    this.#rows = [...rows, ...this.#rows].slice(0, KEPT);
    this.#newest = [...quantities, ...this.#newest].slice(0, MEASURED);
  }

  #isLarge(units: bigint): boolean {
    return this.#threshold !== undefined && units >= this.#threshold;
  }
}

/** Too few trades have no median worth a mark. */
function thresholdOf(quantities: readonly bigint[]): bigint | undefined {
  if (quantities.length < 10) return undefined;
  const sorted = [...quantities].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  return (sorted[Math.floor(sorted.length / 2)] ?? 0n) * BigInt(LARGE);
}
