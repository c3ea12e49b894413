import type { Side } from "../instrument/terms.ts";
import { divideNearest } from "../money/divide.ts";

/** What trading in an instrument has left an account with, by average cost. In smallest units. */
export interface Position {
  readonly instrumentId: string;
  /** Bought less sold, of the base; below zero: sold from what was paid in. */
  readonly quantityMinor: bigint;
  /** What is held cost (below zero: what it was sold for), of the quote; never below zero. */
  readonly costMinor: bigint;
  /** Profit of what was closed, before fees. */
  readonly realizedMinor: bigint;
  /** Paid less rebates. */
  readonly feesMinor: bigint;
}

export function flatPosition(instrumentId: string): Position {
  return { instrumentId, quantityMinor: 0n, costMinor: 0n, realizedMinor: 0n, feesMinor: 0n };
}

/** The position after a fill. The cost of a part that is closed is rounded to the nearest unit; the last part takes the rest. */
export function positionAfter(
  position: Position,
  side: Side,
  baseMinor: bigint,
  notionalMinor: bigint,
  feeMinor: bigint,
): Position {
  const { instrumentId } = position;
  const feesMinor = position.feesMinor + feeMinor;
  const held = side === "BUY" ? position.quantityMinor : -position.quantityMinor;
  const sign = side === "BUY" ? 1n : -1n;
  if (held >= 0n) {
    return {
      instrumentId,
      quantityMinor: sign * (held + baseMinor),
      costMinor: position.costMinor + notionalMinor,
      realizedMinor: position.realizedMinor,
      feesMinor,
    };
  }
  const open = -held;
  const closed = baseMinor < open ? baseMinor : open;
  const closedCost = closed === open ? position.costMinor : divideNearest(position.costMinor * closed, open);
  const closedNotional = closed === baseMinor ? notionalMinor : divideNearest(notionalMinor * closed, baseMinor);
  const profit = side === "SELL" ? closedNotional - closedCost : closedCost - closedNotional;
  return {
    instrumentId,
    quantityMinor: sign * (held + baseMinor),
    costMinor: baseMinor > open ? notionalMinor - closedNotional : position.costMinor - closedCost,
    realizedMinor: position.realizedMinor + profit,
    feesMinor,
  };
}
