import type { Book, Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { add, compare, isZero, middle, roundTo, shareOf, subtract } from "../decimal/decimal.ts";

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
  readonly mid: string | undefined;
  readonly bestBid: string | undefined;
  readonly bestAsk: string | undefined;
  readonly sequence: bigint;
}

/** The levels of a book as the stream tells them. */
export class DepthLevels {
  #bids = new Map<string, Level>();
  #asks = new Map<string, Level>();
  #sequence = 0n;

  replace(book: Book | undefined): void {
    this.#bids = new Map();
    this.#asks = new Map();
    this.#sequence = 0n;
    if (book !== undefined) this.change(book);
  }

  /** Every level replaces the one of its price; quantity `0`: it is gone. */
  change({ bids, asks, sequence }: Book): void {
    for (const level of bids) put(this.#bids, level);
    for (const level of asks) put(this.#asks, level);
    this.#sequence = sequence;
  }

  /** The best `rows` a side; `group`: prices in steps of so much, bids down and asks up, never better than they are. */
  view(rows: number, group?: string): DepthView {
    const bids = [...this.#bids.values()].sort((left, right) => compare(right.price, left.price));
    const asks = [...this.#asks.values()].sort((left, right) => compare(left.price, right.price));
    const bestBid = bids[0]?.price;
    const bestAsk = asks[0]?.price;
    const bidRows = cumulate(grouped(bids, group, "down"), rows);
    const askRows = cumulate(grouped(asks, group, "up"), rows);
    const most = largest(bidRows.at(-1)?.total ?? "0", askRows.at(-1)?.total ?? "0");
    const isBoth = bestBid !== undefined && bestAsk !== undefined;
    return {
      bids: bidRows.map((row) => ({ ...row, share: shareOf(row.total, most) })),
      asks: askRows.map((row) => ({ ...row, share: shareOf(row.total, most) })),
      spread: isBoth ? subtract(bestAsk, bestBid) : undefined,
      mid: isBoth ? middle(bestBid, bestAsk) : undefined,
      bestBid,
      bestAsk,
      sequence: this.#sequence,
    };
  }
}

type PlainLevel = Pick<Level, "price" | "quantity" | "orderCount">;

function put(levels: Map<string, Level>, level: Level): void {
  if (isZero(level.quantity)) levels.delete(level.price);
  else levels.set(level.price, level);
}

/** Levels of a step in one; they come best first, so those of a step stand together. */
function grouped(
  levels: readonly PlainLevel[],
  step: string | undefined,
  rounding: "down" | "up",
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
