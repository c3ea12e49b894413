import type { Side } from "../instrument/terms.ts";
import { SCALE_E8 } from "../money/decimal.ts";

/**
 * How far a MARKET order may trade: `collarE8` (in 1e-8) beyond the opposite best, rounded to the tick towards the market. At
 * least one tick.
 */
export function protectionPriceTicks(side: Side, oppositeBestTicks: number, collarE8: bigint): number {
  const best = BigInt(oppositeBestTicks);
  if (side === "BUY") return Number((best * (SCALE_E8 + collarE8)) / SCALE_E8);
  const scaled = best * (SCALE_E8 - collarE8);
  const ticks = scaled <= 0n ? 1n : (scaled + SCALE_E8 - 1n) / SCALE_E8;
  return Number(ticks);
}
