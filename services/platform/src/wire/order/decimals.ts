import type { Instrument } from "@atlas/domain/instrument/instrument";
import { parsePrice, parseQuantity, printPrice, type StepRefusal } from "@atlas/domain/instrument/step";
import { ASSET_DECIMALS, parseScaled, printScaled } from "@atlas/domain/money/decimal";

const MOST_DECIMALS = 18;

/** Lots of a quantity that the platform itself wrote; empty or zero: 0. */
export function lotsOf(instrument: Instrument, text: string): number {
  return text === "" || text === "0" ? 0 : counted(parseQuantity(instrument, text), text);
}

/** Ticks of a price that the platform itself wrote; empty: 0. */
export function ticksOf(instrument: Instrument, text: string): number {
  return text === "" ? 0 : counted(parsePrice(instrument, text), text);
}

/** A price; 0: empty. */
export function priceText(instrument: Instrument, ticks: number): string {
  return ticks === 0 ? "" : printPrice(instrument, ticks);
}

/** Smallest units of an amount that the platform itself wrote; empty: 0. */
export function minorOf(text: string): bigint {
  return unitsOf(text, ASSET_DECIMALS);
}

/** A decimal that the platform itself wrote in units of 10^-`decimals`; empty: 0. */
export function unitsOf(text: string, decimals: number): bigint {
  if (text === "") return 0n;
  const units = parseScaled(text, decimals);
  if (typeof units === "string") throw new RangeError(`"${text}" is no decimal of ${decimals} places`);
  return BigInt(units);
}

/** The same value without trailing zeros; a text that is no decimal stays as it is. */
export function canonical(text: string): string {
  const units = text === "" ? "" : parseScaled(text, MOST_DECIMALS);
  return typeof units === "string" ? text : printScaled(units, MOST_DECIMALS);
}

function counted(steps: number | StepRefusal, text: string): number {
  if (typeof steps === "number") return steps;
  throw new RangeError(`"${text}" does not fit its instrument: ${steps.reason}`);
}
