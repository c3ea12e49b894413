import type { Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { unitsOf } from "./units.ts";

/** What a reader of the best levels is shown: both sides, best first. */
export interface BookTop {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/**
 * The levels by which a reader that holds the best `depth` levels of `before` gets to the best `depth` of `after`; a
 * quantity of `0`: gone from what is watched. Best first. Both tops hold at least `depth` levels a side where the book does.
 */
export function bookDiff(before: BookTop, after: BookTop, depth: number): { bids: Level[]; asks: Level[] } {
  return {
    bids: sideDiff(before.bids, after.bids, depth, true),
    asks: sideDiff(before.asks, after.asks, depth, false),
  };
}

function sideDiff(before: readonly Level[], after: readonly Level[], depth: number, highestFirst: boolean): Level[] {
  const changes: Level[] = [];
  let old = 0;
  let now = 0;
  while (true) {
    const left = old < depth ? before[old] : undefined;
    const right = now < depth ? after[now] : undefined;
    if (left === undefined && right === undefined) return changes;
    if (right === undefined || (left !== undefined && isAhead(left, right, highestFirst))) {
      changes.push(gone(left as Level));
      old++;
    } else if (left === undefined || left.price !== right.price) {
      changes.push(right);
      now++;
    } else {
      if (left !== right && !isSame(left, right)) changes.push(right);
      old++;
      now++;
    }
  }
}

function isAhead(left: Level, right: Level, highestFirst: boolean): boolean {
  if (left.price === right.price) return false;
  return highestFirst ? unitsOf(left.price) > unitsOf(right.price) : unitsOf(left.price) < unitsOf(right.price);
}

function isSame(left: Level, right: Level): boolean {
  return left.quantity === right.quantity && left.orderCount === right.orderCount;
}

function gone(level: Level): Level {
  return { $typeName: "atlas.market.v1.Level", price: level.price, quantity: "0", orderCount: 0 };
}
