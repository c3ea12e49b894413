import type { Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { e8 } from "./e8.ts";

/** Quantity by price, of one side. */
export type Levels = Map<bigint, bigint>;

/** Both sides of a book. */
export interface BookLevels {
  readonly bids: Levels;
  readonly asks: Levels;
}

export function levelsOf(shown: readonly Level[]): Levels {
  return new Map(shown.map(({ price, quantity }) => [e8(price), e8(quantity)]));
}

export function sameLevels(one: Levels, other: Levels): boolean {
  return one.size === other.size && [...one].every(([price, quantity]) => other.get(price) === quantity);
}

/** Whether who bids most and who asks least would trade. */
export function isCrossed({ bids, asks }: BookLevels): boolean {
  if (bids.size === 0 || asks.size === 0) return false;
  const highest = [...bids.keys()].reduce((one, other) => (one > other ? one : other));
  const lowest = [...asks.keys()].reduce((one, other) => (one < other ? one : other));
  return highest >= lowest;
}

export function words(levels: Levels): string {
  return [...levels]
    .sort(([one], [other]) => Number(one - other))
    .map(([price, quantity]) => `${quantity}@${price}`)
    .join(" ");
}

export function bookWords({ bids, asks }: BookLevels): string {
  return `bids ${words(bids)}; asks ${words(asks)}`;
}
