import type { Instrument } from "../instrument/instrument.ts";

/** An instrument as orders need it: what control defined. */
export interface Listing {
  readonly instrument: Instrument;
  /** Bounds of an order's notional that nobody may leave, in smallest units of the quote. */
  readonly minimumNotionalMinor: bigint;
  readonly maximumNotionalMinor: bigint;
  /** Greatest quantity of an order unless the account's limits say otherwise. */
  readonly defaultMaximumLots: number;
  /** Fee rates in 1e-8 of notional; below zero: a rebate. At most 1. */
  readonly makerRateE8: bigint;
  readonly takerRateE8: bigint;
  /** Width of a MARKET order's collar in 1e-8 of the opposite best. */
  readonly collarE8: bigint;
  /** Version of the definition. */
  readonly version: number;
}

/** The rate that fees are reserved for. */
export function worstRateE8(makerRateE8: bigint, takerRateE8: bigint): bigint {
  const worst = makerRateE8 > takerRateE8 ? makerRateE8 : takerRateE8;
  return worst > 0n ? worst : 0n;
}
