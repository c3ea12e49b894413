import { ASSET_DECIMALS, type DecimalRefusal, parseScaled, printScaled } from "./decimal.ts";

/** An amount of any asset in its smallest unit, 1e-8. A string is the refusal; negative amounts parse. */
export function parseAmount(text: string): bigint | DecimalRefusal {
  const units = parseScaled(text, ASSET_DECIMALS);
  return typeof units === "number" ? BigInt(units) : units;
}

/** The canonical decimal of an amount in its smallest unit. */
export function printAmount(amountMinor: bigint): string {
  return printScaled(amountMinor, ASSET_DECIMALS);
}
