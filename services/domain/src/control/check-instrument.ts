import { defineInstrument, type Instrument, type InstrumentRefusal } from "../instrument/instrument.ts";
import { parsePrice, parseQuantity } from "../instrument/step.ts";
import { parseScaled } from "../money/decimal.ts";
import type { Funds, InstrumentProposal, InstrumentTerms } from "./instrument-terms.ts";

/** The first field of a definition that breaks its rule, and the rule in words. */
export interface InvalidField {
  readonly reason: "INVALID_FIELD";
  readonly field: string;
  readonly rule: string;
}

const E8 = 100_000_000;
/** A fee above a tenth of the notional is a slip of the pen. */
const MOST_RATE_E8 = 10_000_000;
/** A step of a simulated price is 0.01 %: it must be neither lost nor inexact. */
const LEAST_REFERENCE_TICKS = 5_000;
const MOST_REFERENCE_TICKS = 17_179_869_184;
const MOST_SEED = 0xffff_ffffn;

/**
 * Checks a definition from top to bottom: names, steps, bounds, fees, collar, market. Everything that trades later relies
 * on what passes here.
 */
export function checkInstrument(proposal: InstrumentProposal): InstrumentTerms | InvalidField {
  const instrument = checkSteps(proposal);
  if ("reason" in instrument) return instrument;
  const bounds = checkBounds(proposal, instrument);
  if ("reason" in bounds) return bounds;
  const rates = checkRates(proposal);
  if ("reason" in rates) return rates;
  const market = checkMarket(proposal, instrument);
  if ("reason" in market) return market;
  return { ...instrument, ...bounds, ...rates, ...market };
}

function checkSteps(proposal: InstrumentProposal): Instrument | InvalidField {
  const { instrumentId, baseAsset, quoteAsset } = proposal;
  if (!isAsset(baseAsset)) return invalid("base_asset", "1 to 16 of A-Z and 0-9");
  if (!isAsset(quoteAsset)) return invalid("quote_asset", "1 to 16 of A-Z and 0-9");
  if (instrumentId !== `${baseAsset}-${quoteAsset}`) {
    return invalid("instrument_id", `is ${baseAsset}-${quoteAsset}: base and quote asset`);
  }
  const tickMinor = parseScaled(proposal.tick, 8);
  if (typeof tickMinor !== "number") return invalid("tick", "above 0, at most 8 decimals and 15 digits");
  const lotMinor = parseScaled(proposal.lot, 8);
  if (typeof lotMinor !== "number") return invalid("lot", "above 0, at most 8 decimals and 15 digits");
  const instrument = defineInstrument({ instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor });
  return "reason" in instrument ? stepRefused(instrument) : instrument;
}

function stepRefused(refusal: InstrumentRefusal): InvalidField {
  switch (refusal.reason) {
    case "TICK_OUT_OF_RANGE":
      return invalid("tick", "above 0, at most 8 decimals and 15 digits");
    case "LOT_OUT_OF_RANGE":
      return invalid("lot", "above 0, at most 8 decimals and 15 digits");
    case "SAME_ASSETS":
      return invalid("quote_asset", "another than the base asset");
    case "NOTIONAL_NOT_EXACT":
      return invalid("tick", "tick x lot is a multiple of 0.00000001, so that every notional is exact");
  }
}

function checkBounds(proposal: InstrumentProposal, instrument: Instrument) {
  const minimumNotionalMinor = amountOf(proposal.minimumNotional);
  if (minimumNotionalMinor === undefined) return invalid("minimum_notional", "0 or above, at most 8 decimals");
  const maximumNotionalMinor = amountOf(proposal.maximumNotional);
  if (maximumNotionalMinor === undefined || maximumNotionalMinor === 0n) {
    return invalid("maximum_notional", "above 0, at most 8 decimals");
  }
  if (maximumNotionalMinor < minimumNotionalMinor) return invalid("maximum_notional", "not below minimum_notional");
  const defaultMaximumQuantityLots = parseQuantity(instrument, proposal.defaultMaximumQuantity);
  if (typeof defaultMaximumQuantityLots !== "number") {
    return invalid("default_maximum_quantity", "above 0 and a multiple of lot");
  }
  return { minimumNotionalMinor, maximumNotionalMinor, defaultMaximumQuantityLots };
}

function checkRates(proposal: InstrumentProposal) {
  const makerRateE8 = rateOf(proposal.makerFee, MOST_RATE_E8);
  if (makerRateE8 === undefined) return invalid("maker_fee", "from -0.1 to 0.1, at most 8 decimals");
  const takerRateE8 = rateOf(proposal.takerFee, MOST_RATE_E8);
  if (takerRateE8 === undefined) return invalid("taker_fee", "from -0.1 to 0.1, at most 8 decimals");
  if (makerRateE8 + takerRateE8 < 0) return invalid("taker_fee", "maker_fee and taker_fee together are not below 0");
  const collarE8 = rateOf(proposal.collar, E8 - 1);
  if (collarE8 === undefined || collarE8 <= 0) return invalid("collar", "above 0 and below 1, at most 8 decimals");
  return { makerRateE8, takerRateE8, collarE8 };
}

function checkMarket(proposal: InstrumentProposal, instrument: Instrument) {
  const { marketModel, referencePrice } = proposal;
  if (marketModel === undefined) return invalid("market_model", "NONE, SIMULATED or RECORDED");
  if (marketModel !== "SIMULATED" && referencePrice !== "") {
    return invalid("reference_price", "empty, for the market is not simulated");
  }
  const referencePriceTicks = marketModel === "SIMULATED" ? referenceOf(instrument, referencePrice) : undefined;
  if (marketModel === "SIMULATED" && referencePriceTicks === undefined) {
    return invalid("reference_price", "a multiple of tick, from 5,000 to 2^34 ticks");
  }
  const houseFunds = marketModel === "NONE" ? noFunds(proposal) : fundsOf(proposal, instrument);
  if ("reason" in houseFunds) return houseFunds;
  if (proposal.marketSeed < 0n || proposal.marketSeed > MOST_SEED) return invalid("market_seed", "at most 2^32 - 1");
  return { marketModel, referencePriceTicks, houseFunds, marketSeed: Number(proposal.marketSeed) };
}

function referenceOf(instrument: Instrument, text: string): number | undefined {
  const ticks = parsePrice(instrument, text);
  if (typeof ticks !== "number") return undefined;
  return ticks >= LEAST_REFERENCE_TICKS && ticks <= MOST_REFERENCE_TICKS ? ticks : undefined;
}

function noFunds({ houseFunds }: InstrumentProposal): readonly Funds[] | InvalidField {
  return houseFunds.length === 0 ? [] : invalid("house_funds", "empty, for there are no participants");
}

function fundsOf({ houseFunds }: InstrumentProposal, instrument: Instrument): readonly Funds[] | InvalidField {
  const funds: Funds[] = [];
  for (const asset of [instrument.baseAsset, instrument.quoteAsset]) {
    const stated = houseFunds.find((one) => one.asset === asset);
    const amountMinor = stated && amountOf(stated.amount);
    if (amountMinor === undefined || amountMinor === 0n || houseFunds.length !== 2) {
      return invalid("house_funds", "one amount of the base and one of the quote asset, each above 0");
    }
    funds.push({ asset, amountMinor });
  }
  return funds;
}

/** Not negative, in the asset's smallest unit. */
function amountOf(text: string): bigint | undefined {
  const units = parseScaled(text, 8);
  return typeof units === "string" || units < 0 ? undefined : BigInt(units);
}

/** In units of 1e-8, at most `most` either way. */
function rateOf(text: string, most: number): number | undefined {
  const units = parseScaled(text, 8);
  return typeof units === "number" && units >= -most && units <= most ? units : undefined;
}

function isAsset(text: string): boolean {
  return /^[A-Z0-9]{1,16}$/.test(text);
}

function invalid(field: string, rule: string): InvalidField {
  return { reason: "INVALID_FIELD", field, rule };
}
