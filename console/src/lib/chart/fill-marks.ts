import { type Fill, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { add } from "../decimal/decimal.ts";

/** What was bought or sold within one candle. */
export interface FillMark {
  /** The candle's start, in seconds since the epoch. */
  readonly start: number;
  readonly isBuy: boolean;
  readonly quantity: string;
}

/** One mark a candle and side, in order of time. Fills before the first candle have none. */
export function fillMarks(fills: Iterable<Fill>, starts: readonly number[]): readonly FillMark[] {
  const marks = new Map<string, FillMark>();
  for (const { occurredAt, side, quantity } of fills) {
    const start = lastAtOrBefore(starts, Number(occurredAt?.seconds ?? 0n));
    if (start === undefined) continue;
    const key = `${start} ${side}`;
    const before = marks.get(key)?.quantity ?? "0";
    marks.set(key, { start, isBuy: side === Side.BUY, quantity: add(before, quantity) });
  }
  return [...marks.values()].sort((left, right) => left.start - right.start);
}

function lastAtOrBefore(starts: readonly number[], time: number): number | undefined {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return starts[low - 1];
}
