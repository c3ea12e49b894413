import { averagePriceMinor } from "@atlas/domain/money/average-price";
import { ASSET_DECIMALS, parseScaled, printScaled } from "@atlas/domain/money/decimal";

/** The average price of fills as the contract shows it, from their cost and quantity; empty when nothing is filled. */
export function averagePrice(cost: string, cumulativeQuantity: string): string {
  if (cumulativeQuantity === "0" || cumulativeQuantity === "") return "";
  return printScaled(averagePriceMinor(minorOf(cost), minorOf(cumulativeQuantity)), ASSET_DECIMALS);
}

function minorOf(decimal: string): bigint {
  const units = parseScaled(decimal, ASSET_DECIMALS);
  if (typeof units === "string") throw new Error(`${decimal} is no decimal of ${ASSET_DECIMALS} places`);
  return BigInt(units);
}
