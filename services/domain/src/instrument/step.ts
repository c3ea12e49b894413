import { ASSET_DECIMALS, type DecimalRefusal, parseScaled, printScaled } from "../money/decimal.ts";
import type { Instrument } from "./instrument.ts";

/** Why a decimal is no price or no quantity of an instrument. */
export type StepRefusal =
  | { readonly reason: Exclude<DecimalRefusal, "TOO_MANY_DECIMALS"> }
  | { readonly reason: "NOT_POSITIVE" }
  /** Not a multiple of `step`, a decimal. */
  | { readonly reason: "OFF_STEP"; readonly step: string }
  /** More steps than a safe integer holds. */
  | { readonly reason: "TOO_LARGE"; readonly step: string };

/** A positive price as a number of ticks, exact, or why it is none. */
export function parsePrice(instrument: Instrument, text: string): number | StepRefusal {
  return parseSteps(text, instrument.tickMinor);
}

/** A positive quantity as a number of lots, exact, or why it is none. */
export function parseQuantity(instrument: Instrument, text: string): number | StepRefusal {
  return parseSteps(text, instrument.lotMinor);
}

/** The canonical decimal of a price. */
export function printPrice(instrument: Instrument, priceTicks: number): string {
  return printSteps(priceTicks, instrument.tickMinor);
}

/** The canonical decimal of a quantity. */
export function printQuantity(instrument: Instrument, quantityLots: number): string {
  return printSteps(quantityLots, instrument.lotMinor);
}

function parseSteps(text: string, stepMinor: number): number | StepRefusal {
  const units = parseScaled(text, ASSET_DECIMALS);
  if (typeof units === "number") {
    if (units <= 0) return { reason: "NOT_POSITIVE" };
    return units % stepMinor === 0 ? units / stepMinor : offStep(stepMinor);
  }
  if (typeof units === "string") return units === "TOO_MANY_DECIMALS" ? offStep(stepMinor) : { reason: units };
  if (units <= 0n) return { reason: "NOT_POSITIVE" };
  const step = BigInt(stepMinor);
  if (units % step !== 0n) return offStep(stepMinor);
  const steps = Number(units / step);
  return Number.isSafeInteger(steps) ? steps : { reason: "TOO_LARGE", step: printScaled(stepMinor, ASSET_DECIMALS) };
}

function offStep(stepMinor: number): StepRefusal {
  return { reason: "OFF_STEP", step: printScaled(stepMinor, ASSET_DECIMALS) };
}

function printSteps(steps: number, stepMinor: number): string {
  const units = steps * stepMinor;
  if (units <= Number.MAX_SAFE_INTEGER) return printScaled(units, ASSET_DECIMALS);
  return printScaled(BigInt(steps) * BigInt(stepMinor), ASSET_DECIMALS);
}
