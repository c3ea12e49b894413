import type { Dice } from "@atlas/assembly/simulated/dice";
import { MARKETS } from "./random-order.ts";

const WIDE = { maximumNotional: "1000000", maximumOpenOrders: 10_000, ordersPerSecond: 1_000, orderBurst: 2_000 };

/** Limits as an officer might set them: mostly wide, now and then so tight that orders meet them, and some that cannot be. */
export function randomLimits(roll: Dice) {
  const market = roll.pick(MARKETS);
  const own = (maximumQuantity: string, instrumentId = market.instrumentId) => [{ instrumentId, maximumQuantity }];
  const some = (300 * market.lot).toFixed(market.decimals);
  return roll.pick([
    { ...WIDE, quantityLimits: [] },
    { ...WIDE, quantityLimits: own("50") },
    { ...WIDE, quantityLimits: own(some) },
    { ...WIDE, maximumNotional: "900", quantityLimits: [] },
    { ...WIDE, maximumOpenOrders: 2 + roll(6), quantityLimits: [] },
    { ...WIDE, ordersPerSecond: 1, orderBurst: 1 + roll(2), quantityLimits: [] },
    { ...WIDE, quantityLimits: own("1", "XRP-USD") },
    { ...WIDE, quantityLimits: own("0") },
  ]);
}
