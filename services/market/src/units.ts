import { ASSET_DECIMALS, isDecimalRefusal, parseScaled, printScaled } from "@atlas/domain/money/decimal";

/** A price or quantity in units of 1e-8, exact: a number while it is a safe integer, else a bigint. They compare by `<`. */
export type Units = number | bigint;

/** Throws on what is no decimal of at most 8 decimals: the venue never writes it. */
export function unitsOf(text: string): Units {
  const units = parseScaled(text, ASSET_DECIMALS);
  if (isDecimalRefusal(units)) throw new RangeError(`${text} is no price or quantity: ${units}`);
  return units;
}

/** The canonical decimal. */
export function printUnits(units: Units): string {
  return printScaled(units, ASSET_DECIMALS);
}

/** The exact sum. */
export function addUnits(left: Units, right: Units): Units {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return BigInt(left) + BigInt(right);
}
