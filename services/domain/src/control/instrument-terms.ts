import type { Instrument } from "../instrument/instrument.ts";

/** How an instrument's market is made. */
export type MarketModel = "NONE" | "SIMULATED" | "RECORDED";

/** An amount of an asset in its smallest unit, 1e-8. */
export interface Funds {
  readonly asset: string;
  readonly amountMinor: bigint;
}

/** All that an operator states about an instrument, checked. */
export interface InstrumentTerms extends Instrument {
  /** Bounds of an order's notional, in smallest units of the quote. */
  readonly minimumNotionalMinor: bigint;
  readonly maximumNotionalMinor: bigint;
  readonly defaultMaximumQuantityLots: number;
  /** Fees in units of 1e-8 of the notional; negative is a rebate. Together never below zero. */
  readonly makerRateE8: number;
  readonly takerRateE8: number;
  /** Width of a market order's collar in units of 1e-8 of the price. */
  readonly collarE8: number;
  readonly marketModel: MarketModel;
  /** Where a simulated market starts; `undefined` for the other models. */
  readonly referencePriceTicks: number | undefined;
  /** Base, then quote; none without participants. */
  readonly houseFunds: readonly Funds[];
  readonly marketSeed: number;
}

/** An instrument as control knows it. */
export interface DefinedInstrument extends InstrumentTerms {
  /** 1 at first, one more with every change. */
  readonly version: number;
  /** Milliseconds of log time. */
  readonly createdAt: number;
}

/** A definition as it is asked for: decimals as text. */
export interface InstrumentProposal {
  readonly instrumentId: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly tick: string;
  readonly lot: string;
  readonly minimumNotional: string;
  readonly maximumNotional: string;
  readonly defaultMaximumQuantity: string;
  readonly makerFee: string;
  readonly takerFee: string;
  readonly collar: string;
  /** `undefined`: none that is known. */
  readonly marketModel: MarketModel | undefined;
  /** Empty: none. */
  readonly referencePrice: string;
  readonly houseFunds: readonly { readonly asset: string; readonly amount: string }[];
  readonly marketSeed: bigint;
}

/** Every house account begins so, and no other. */
export const HOUSE_ACCOUNTS = "house-";

/** The account whose funds the participants of an instrument trade with. */
export function houseAccountOf(instrumentId: string): string {
  return `${HOUSE_ACCOUNTS}${instrumentId}`;
}

/** Whom every house account belongs to. */
export const HOUSE_OWNER = "house";
