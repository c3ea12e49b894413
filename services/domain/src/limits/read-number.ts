import type { Instrument } from "../instrument/instrument.ts";
import { parsePrice, parseQuantity, type StepRefusal } from "../instrument/step.ts";
import type { OmsRefusal } from "./refusal.ts";

/** A price in ticks, or why the field holds none. */
export function readPrice(instrument: Instrument, text: string, field: string): number | OmsRefusal {
  const ticks = parsePrice(instrument, text);
  if (typeof ticks === "number") return ticks;
  if (ticks.reason === "OFF_STEP") return { reason: "OFF_TICK", field, price: text, tick: ticks.step };
  return badNumber(field, ticks);
}

/** A quantity in lots, or why the field holds none. */
export function readQuantity(instrument: Instrument, text: string, field: string): number | OmsRefusal {
  const lots = parseQuantity(instrument, text);
  if (typeof lots === "number") return lots;
  if (lots.reason === "OFF_STEP") return { reason: "OFF_LOT", field, quantity: text, lot: lots.step };
  return badNumber(field, lots);
}

function badNumber(field: string, refusal: StepRefusal): OmsRefusal {
  return { reason: "BAD_NUMBER", field, why: refusal.reason };
}
