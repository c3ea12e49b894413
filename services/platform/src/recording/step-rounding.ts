import { isDecimalRefusal, parseScaled, printScaled } from "@atlas/domain/money/decimal";
import { RecordingError } from "./recorded-step.ts";

/** Steps of an instrument, in units of 1e-8: prices and quantities of a recording are brought to them. */
export interface RecordingGrid {
  readonly tick: number;
  readonly lot: number;
}

/** BTC-USDT: tick 0.01, lot 0.00001. */
export const defaultGrid: RecordingGrid = { tick: 1_000_000, lot: 1_000 };

/** The canonical price. Throws `RecordingError` when it is no multiple of the tick. */
export function priceOn(grid: RecordingGrid, text: string): string {
  const units = unitsOf(text);
  if (units % grid.tick !== 0) throw new RecordingError(`the price ${text} is off the tick`);
  return printScaled(units, 8);
}

/** The canonical quantity, rounded down to the lot: nothing is invented. */
export function quantityOn(grid: RecordingGrid, text: string): string {
  const units = unitsOf(text);
  return printScaled(units - (units % grid.lot), 8);
}

function unitsOf(text: string): number {
  const units = parseScaled(text, 8);
  if (isDecimalRefusal(units) || typeof units === "bigint" || units < 0) {
    throw new RecordingError(`${text} is no price or quantity`);
  }
  return units;
}
