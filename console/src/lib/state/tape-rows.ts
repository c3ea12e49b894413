import type { Trade } from "@atlas/gen/atlas/market/v1/market_pb";
import { compare, multiply } from "../decimal/decimal.ts";

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
  /** Updated with every batch of trades: sorting for every single one would cost more than it tells. */
  #threshold: string | undefined;

  /** Trades oldest first, as the stream tells them. */
  replace(trades: readonly Trade[]): void {
    this.#threshold = thresholdOf(trades);
    this.#rows = [];
    this.#put(trades);
  }

  add(trades: readonly Trade[]): void {
    this.#threshold = thresholdOf(this.#rows.slice(0, MEASURED).map(({ trade }) => trade));
    this.#put(trades);
  }

  get rows(): readonly TapeRow[] {
    return this.#rows;
  }

  #put(trades: readonly Trade[]): void {
    const newest = trades.slice(-KEPT).toReversed();
    const rows = newest.map((trade) => ({ trade, isLarge: this.#isLarge(trade) }));
    this.#rows = [...rows, ...this.#rows].slice(0, KEPT);
  }

  #isLarge({ quantity }: Trade): boolean {
    return this.#threshold !== undefined && compare(quantity, this.#threshold) >= 0;
  }
}

/** Too few trades have no median worth a mark. */
function thresholdOf(trades: readonly Trade[]): string | undefined {
  if (trades.length < 10) return undefined;
  const quantities = trades.map(({ quantity }) => quantity).sort(compare);
  return multiply(quantities[Math.floor(quantities.length / 2)] ?? "0", LARGE);
}
