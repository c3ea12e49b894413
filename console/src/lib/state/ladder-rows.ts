import { add, compare, divide, isZero, multiply, roundTo, signOf, subtract } from "../decimal/decimal.ts";
import type { DepthRow, DepthView } from "./depth-levels.ts";

/** A price of the ladder, with what stands there. */
export interface LadderRow {
  readonly price: string;
  readonly bid: DepthRow | undefined;
  readonly ask: DepthRow | undefined;
}

/** Rows away from the middle from which on a ladder that centres itself does so, as a share of all. */
const OFF = "0.25";

/** `count` prices in steps, falling, about a centre; none is at or below zero. */
export function ladderRows(view: DepthView, centre: string, step: string, count: number): readonly LadderRow[] {
  const bids = new Map(view.bids.map((row) => [row.price, row]));
  const asks = new Map(view.asks.map((row) => [row.price, row]));
  const top = add(roundTo(centre, step, "nearest"), multiply(step, String(Math.floor(count / 2))));
  const prices = Array.from({ length: count }, (_, index) => subtract(top, multiply(step, String(index))));
  return prices
    .filter((price) => signOf(price) > 0)
    .map((price) => ({ price, bid: bids.get(price), ask: asks.get(price) }));
}

/** The ladder's middle: between the best prices, or at the only one. */
export function centreOf({ mid, bestBid, bestAsk }: DepthView): string | undefined {
  return mid ?? bestBid ?? bestAsk;
}

/** The market has left the middle half of the ladder. */
export function isOffCentre(centre: string, middle: string, step: string, count: number): boolean {
  const away = subtract(middle, centre);
  const distance = signOf(away) < 0 ? subtract("0", away) : away;
  return compare(distance, multiply(multiply(step, String(count)), OFF)) > 0;
}

/** Of several steps, rising, the smallest that shows the ten best levels of both sides in so many rows. */
export function fittingStep({ bids, asks }: DepthView, steps: readonly string[], count: number): string | undefined {
  const lowest = bids[Math.min(9, bids.length - 1)]?.price;
  const highest = asks[Math.min(9, asks.length - 1)]?.price;
  if (lowest === undefined || highest === undefined) return steps[0];
  const range = subtract(highest, lowest);
  const fits = (step: string): boolean => !isZero(step) && compare(divide(range, step), String(count)) <= 0;
  return steps.find(fits) ?? steps.at(-1);
}
