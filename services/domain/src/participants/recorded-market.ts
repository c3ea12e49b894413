import { opposite, type Side } from "../instrument/terms.ts";
import type { HouseDesk } from "./house-desk.ts";

export interface RecordedStep {
  readonly levels: readonly { readonly side: Side; readonly priceTicks: number; readonly quantityLots: number }[];
  readonly trades: readonly { readonly takerSide: Side; readonly priceTicks: number; readonly quantityLots: number }[];
}

/**
 * Makes what happened elsewhere happen here: the house's order at each price becomes what the recording says, as far
 * as the allotment goes, then its takers trade at the recorded prices. Orders of clients in the way are traded with.
 */
export function applyRecording(step: RecordedStep, desk: HouseDesk): void {
  for (const { side, priceTicks, quantityLots } of step.levels) {
    if (quantityLots < desk.resting(side, priceTicks)) shrink(desk, side, priceTicks, quantityLots);
  }
  for (const { side, priceTicks, quantityLots } of step.levels) {
    if (quantityLots > desk.resting(side, priceTicks)) enlarge(desk, side, priceTicks, quantityLots);
  }
  for (const { takerSide, priceTicks, quantityLots } of step.trades) {
    const quantity = Math.min(quantityLots, desk.affordable(takerSide, priceTicks));
    if (quantity > 0) desk.take(takerSide, priceTicks, quantity);
  }
}

function shrink(desk: HouseDesk, side: Side, priceTicks: number, quantityLots: number): void {
  if (quantityLots === 0) desk.withdraw(side, priceTicks);
  else desk.lower(side, priceTicks, quantityLots);
}

function enlarge(desk: HouseDesk, side: Side, priceTicks: number, quantityLots: number): void {
  withdrawCrossed(desk, opposite(side), priceTicks);
  desk.withdraw(side, priceTicks);
  const quantity = Math.min(quantityLots, desk.affordable(side, priceTicks));
  if (quantity > 0) desk.quote(side, priceTicks, quantity);
}

/** The recording never trades with itself: a quote of its own that a newer one crosses is out of date. */
function withdrawCrossed(desk: HouseDesk, side: Side, priceTicks: number): void {
  for (;;) {
    const best = desk.best(side);
    const crosses = best >= 0 && (side === "BUY" ? best >= priceTicks : best <= priceTicks);
    if (!crosses || desk.resting(side, best) === 0) return;
    desk.withdraw(side, best);
  }
}
