import { baseMinor, type Instrument, notionalMinor } from "../instrument/instrument.ts";
import type { Side } from "../instrument/terms.ts";

/**
 * The house account of an instrument as its participants see it: what the OMS has reserved for them, trades included.
 * The house pays no fees; what it receives joins the allotment.
 */
export interface House {
  readonly accountId: string;
  readonly omsPartition: number;
  baseMinor: bigint;
  quoteMinor: bigint;
  /** What its orders at rest would cost. Never above the allotment. */
  restingBaseMinor: bigint;
  restingQuoteMinor: bigint;
  /** Handles of its orders at rest by price. A walk sorts them: a restored house has them in another order. */
  readonly bids: Map<number, number>;
  readonly asks: Map<number, number>;
}

export function houseOf(accountId: string, omsPartition: number): House {
  return {
    accountId,
    omsPartition,
    baseMinor: 0n,
    quoteMinor: 0n,
    restingBaseMinor: 0n,
    restingQuoteMinor: 0n,
    bids: new Map(),
    asks: new Map(),
  };
}

/** Its order rests with so many lots more, or less where `quantityLots` left it. */
export function changeResting(
  house: House,
  instrument: Instrument,
  side: Side,
  priceTicks: number,
  quantityLots: number,
  sign: 1n | -1n,
): void {
  if (side === "BUY") house.restingQuoteMinor += sign * notionalMinor(instrument, priceTicks, quantityLots);
  else house.restingBaseMinor += sign * baseMinor(instrument, quantityLots);
}

/** It traded with a client. */
export function settleHouse(
  house: House,
  instrument: Instrument,
  side: Side,
  priceTicks: number,
  quantityLots: number,
): void {
  const notional = notionalMinor(instrument, priceTicks, quantityLots);
  const base = baseMinor(instrument, quantityLots);
  house.quoteMinor += side === "BUY" ? -notional : notional;
  house.baseMinor += side === "BUY" ? base : -base;
}

/** Lots that it can pay for at a price beside what rests, rounded down. */
export function affordableLots(house: House, instrument: Instrument, side: Side, priceTicks: number): number {
  const lots =
    side === "BUY"
      ? (house.quoteMinor - house.restingQuoteMinor) / notionalMinor(instrument, priceTicks, 1)
      : (house.baseMinor - house.restingBaseMinor) / BigInt(instrument.lotMinor);
  if (lots <= 0n) return 0;
  return lots > MOST_LOTS ? Number(MOST_LOTS) : Number(lots);
}

const MOST_LOTS = BigInt(Number.MAX_SAFE_INTEGER);
