import { SCALE_E8 } from "../money/decimal.ts";

/** What an operator states about an instrument; the smallest unit of every asset is 1e-8 of it. */
export interface InstrumentDefinition {
  readonly instrumentId: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  /** Smallest step of the price, in smallest units of the quote for one whole base. Safe integer, at least 1. */
  readonly tickMinor: number;
  /** Smallest step of the quantity, in smallest units of the base. Safe integer, at least 1. */
  readonly lotMinor: number;
}

/** A checked definition. */
export interface Instrument extends InstrumentDefinition {
  /** Smallest units of the quote that one lot costs at a price of one tick; integral, so notional is exact. */
  readonly notionalPerTickLot: bigint;
}

export type InstrumentRefusal =
  | { readonly reason: "TICK_OUT_OF_RANGE"; readonly tickMinor: number }
  | { readonly reason: "LOT_OUT_OF_RANGE"; readonly lotMinor: number }
  | { readonly reason: "SAME_ASSETS"; readonly asset: string }
  | { readonly reason: "NOTIONAL_NOT_EXACT"; readonly tickMinor: number; readonly lotMinor: number };

/**
 * Checks a definition: tick times lot must be a whole number of the quote's smallest units, else some fill would cost
 * a fraction of one.
 */
export function defineInstrument(definition: InstrumentDefinition): Instrument | InstrumentRefusal {
  const { instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor } = definition;
  if (!isStep(tickMinor)) return { reason: "TICK_OUT_OF_RANGE", tickMinor };
  if (!isStep(lotMinor)) return { reason: "LOT_OUT_OF_RANGE", lotMinor };
  if (baseAsset === quoteAsset) return { reason: "SAME_ASSETS", asset: baseAsset };
  const product = BigInt(tickMinor) * BigInt(lotMinor);
  if (product % SCALE_E8 !== 0n) return { reason: "NOTIONAL_NOT_EXACT", tickMinor, lotMinor };
  return { instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor, notionalPerTickLot: product / SCALE_E8 };
}

/** What `quantityLots` cost at `priceTicks`, in smallest units of the quote; exact. */
export function notionalMinor(instrument: Instrument, priceTicks: number, quantityLots: number): bigint {
  const product = priceTicks * quantityLots;
  if (product <= Number.MAX_SAFE_INTEGER) return BigInt(product) * instrument.notionalPerTickLot;
  return BigInt(priceTicks) * BigInt(quantityLots) * instrument.notionalPerTickLot;
}

/** `quantityLots` in smallest units of the base; exact. */
export function baseMinor(instrument: Instrument, quantityLots: number): bigint {
  const product = quantityLots * instrument.lotMinor;
  if (product <= Number.MAX_SAFE_INTEGER) return BigInt(product);
  return BigInt(quantityLots) * BigInt(instrument.lotMinor);
}

function isStep(minor: number): boolean {
  return Number.isSafeInteger(minor) && minor >= 1;
}
