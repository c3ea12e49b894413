import type { Book, Level } from "@atlas/gen/atlas/market/v1/market_pb";
import {
  add,
  compare,
  divide,
  isZero,
  middle,
  multiply,
  roundTo,
  shareOf,
  subtract,
  unitsOf,
} from "../decimal/decimal.ts";

/** A row of the depth. */
export interface DepthRow {
  readonly price: string;
  readonly quantity: string;
  readonly orderCount: number;
  /** Quantity from the best level up to here. */
  readonly total: string;
  /** `total` of the largest one shown, from 0 to 1: the bar's length. */
  readonly share: number;
}

/** The book as it is drawn, best levels first. */
export interface DepthView {
  readonly bids: readonly DepthRow[];
  readonly asks: readonly DepthRow[];
  /** Of the book, not of the groups shown; `undefined`: a side is empty. */
  readonly spread: string | undefined;
  /** In percent of the middle, cut off behind six decimals. */
  readonly spreadPercent: string | undefined;
  readonly mid: string | undefined;
  readonly bestBid: string | undefined;
  readonly bestAsk: string | undefined;
  readonly sequence: bigint;
}

/** The levels of a book as the stream tells them. */
export class DepthLevels {
  #bids = new LevelSide(1n);
  #asks = new LevelSide(-1n);
  #sequence = 0n;

  replace(book: Book | undefined): void {
    this.#bids = new LevelSide(1n);
    this.#asks = new LevelSide(-1n);
    this.#sequence = 0n;
    if (book !== undefined) this.change(book);
  }

  /** Every level replaces the one of its price; quantity `0`: it is gone. */
  change({ bids, asks, sequence }: Book): void {
    for (const level of bids) this.#bids.put(level);
    for (const level of asks) this.#asks.put(level);
    this.#sequence = sequence;
  }

  /**
   * The best `rows` a side; `group`: prices in steps of so much, bids down and asks up, never better than they are. `told`:
   * levels a side that are told at most. What lies behind them may belong to the last group, so it is left out then.
   */
  view(rows: number, group?: string, told = Number.POSITIVE_INFINITY): DepthView {
    const { levels: bids } = this.#bids;
    const { levels: asks } = this.#asks;
    const bestBid = bids[0]?.price;
    const bestAsk = asks[0]?.price;
    const bidRows = cumulate(grouped(bids, group, "down", told), rows);
    const askRows = cumulate(grouped(asks, group, "up", told), rows);
    const most = largest(bidRows.at(-1)?.total ?? "0", askRows.at(-1)?.total ?? "0");
    const isBoth = bestBid !== undefined && bestAsk !== undefined;
    return {
      bids: bidRows.map((row) => ({ ...row, share: shareOf(row.total, most) })),
      asks: askRows.map((row) => ({ ...row, share: shareOf(row.total, most) })),
      spread: isBoth ? subtract(bestAsk, bestBid) : undefined,
      spreadPercent: isBoth ? percentOf(subtract(bestAsk, bestBid), middle(bestAsk, bestBid)) : undefined,
      mid: isBoth ? middle(bestBid, bestAsk) : undefined,
      bestBid,
      bestAsk,
      sequence: this.#sequence,
    };
  }
}

type PlainLevel = Pick<Level, "price" | "quantity" | "orderCount">;

/** One side of a book, kept in order as levels come: it is drawn far more often than sorting it each time would bear. */
class LevelSide {
  /** Best first. */
  readonly levels: Level[] = [];
  /** Their prices, turned so that they fall. */
  readonly #places: bigint[] = [];
  readonly #sign: bigint;

  /** `sign`: 1 if the highest price is the best, -1 if the lowest is. */
  constructor(sign: 1n | -1n) {
    this.#sign = sign;
  }

  put(level: Level): void {
    const place = unitsOf(level.price) * this.#sign;
    const index = this.#indexOf(place);
    const isThere = this.#places[index] === place;
    if (isZero(level.quantity)) {
      if (!isThere) return;
      this.levels.splice(index, 1);
      this.#places.splice(index, 1);
    } else if (isThere) this.levels[index] = level;
    else {
      this.levels.splice(index, 0, level);
      this.#places.splice(index, 0, place);
    }
  }

  /** Where a price stands, or would. */
  #indexOf(place: bigint): number {
    let from = 0;
    let to = this.#places.length;
    while (from < to) {
      const half = (from + to) >> 1;
      if ((this.#places[half] as bigint) > place) from = half + 1;
      else to = half;
    }
    return from;
  }
}

/** Levels of a step in one; they come best first, so those of a step stand together. */
function grouped(
  levels: readonly PlainLevel[],
  step: string | undefined,
  rounding: "down" | "up",
  told: number,
): readonly PlainLevel[] {
  if (step === undefined) return levels;
  const groups: { price: string; quantity: string; orderCount: number }[] = [];
  for (const { price, quantity, orderCount } of levels) {
    const at = roundTo(price, step, rounding);
    const last = groups.at(-1);
    if (last?.price === at) {
      last.quantity = add(last.quantity, quantity);
      last.orderCount += orderCount;
    } else groups.push({ price: at, quantity, orderCount });
  }
  if (levels.length >= told && groups.length > 1) groups.pop();
  return groups;
}

function cumulate(levels: readonly PlainLevel[], rows: number): Omit<DepthRow, "share">[] {
  let total = "0";
  return levels.slice(0, rows).map(({ price, quantity, orderCount }) => {
    total = add(total, quantity);
    return { price, quantity, orderCount, total };
  });
}

function largest(left: string, right: string): string {
  return compare(left, right) > 0 ? left : right;
}

function percentOf(part: string, whole: string): string {
  return divide(multiply(part, "100"), whole, 6);
}
