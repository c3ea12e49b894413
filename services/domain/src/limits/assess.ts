import type { Account } from "../account/account.ts";
import { quantityLimitMinor } from "../account/account-limits.ts";
import { countedRateMark, nextRateMark } from "../account/rate.ts";
import type { EngineRules } from "../engine/engine-rules.ts";
import { baseMinor, notionalMinor } from "../instrument/instrument.ts";
import { parsePrice } from "../instrument/step.ts";
import type { BookOrderType, BookTimeInForce, SelfTradePrevention, Side } from "../instrument/terms.ts";
import { type Listing, worstRateE8 } from "../order/listing.ts";
import { reservationMinor } from "../order/reservation.ts";
import { protectionPriceTicks } from "./collar.ts";
import type { NewOrder } from "./new-order.ts";
import { QUOTE_LIVES, type Quote, quoteAge } from "./quote.ts";
import { readTerms } from "./read-terms.ts";
import type { OmsRefusal } from "./refusal.ts";
import { unsupportedTerm } from "./unsupported.ts";

/** The moment at which an order is looked at. */
export interface Moment {
  /** The input's append time: the age of its quote goes by it (S7, S8). */
  readonly appendTime: number;
  /** The shard's rate clock, in microseconds. */
  readonly rateClock: number;
  /** Of the shard's active engine version (S26). */
  readonly rules: EngineRules;
}

/** What an order would come to: a submit is decided by it, a preview shows it. Numbers are 0 where a refusal came first. */
export interface Assessment {
  readonly refusal: OmsRefusal | undefined;
  readonly side: Side;
  readonly type: BookOrderType;
  readonly timeInForce: BookTimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly quantityLots: number;
  /** 0: none. */
  readonly limitPriceTicks: number;
  /** 0: none. */
  readonly protectionPriceTicks: number;
  /** At the limit, or at the collar. */
  readonly notionalMinor: bigint;
  /** What would be locked, fees in. */
  readonly requiredAsset: string;
  readonly requiredMinor: bigint;
  /** The account's rate mark after it; 0: it does not count. */
  readonly rateMark: number;
}

/**
 * The ladder that every new order climbs, the most fundamental rung first: terms, notional's bounds, what is not supported,
 * the market (S7), rate, limits, funds. The first refusal ends it.
 */
export function assess(
  order: NewOrder,
  account: Account,
  listing: Listing,
  quote: Quote | undefined,
  moment: Moment,
): Assessment {
  const { instrument } = listing;
  const terms = readTerms(order, instrument);
  if ("reason" in terms) return refused(order, terms, 0);
  const { quantityLots, limitPriceTicks } = terms;
  const limitNotional = limitPriceTicks === 0 ? 0n : notionalMinor(instrument, limitPriceTicks, quantityLots);
  const bounds = limitPriceTicks === 0 ? undefined : boundsOf(listing, limitNotional);
  if (bounds !== undefined) return refused(order, bounds, 0);
  const { ordersPerSecond, orderBurst } = account.limits;
  const unsupported = unsupportedTerm(order);
  if (unsupported !== undefined) {
    const counted = countedRateMark(account.rateMark, moment.rateClock, ordersPerSecond, orderBurst);
    return refused(order, unsupported, counted);
  }
  const side = order.side as Side;
  const away = marketRefusal(order, side, quote, moment.appendTime);
  if (away !== undefined) return refused(order, away, 0);
  const protection = limitPriceTicks > 0 ? 0 : protectionOf(side, listing, quote);
  const notional = protection === 0 ? limitNotional : notionalMinor(instrument, protection, quantityLots);
  const collared = protection === 0 ? undefined : boundsOf(listing, notional);
  if (collared !== undefined) return refused(order, collared, 0);
  const mark = nextRateMark(account.rateMark, moment.rateClock, ordersPerSecond, orderBurst);
  if (mark < 0) return refused(order, { reason: "RATE_LIMIT", retryAfterMicroseconds: -mark, ordersPerSecond }, 0);
  if (notional === 0n) return refused(order, { reason: "NO_LIQUIDITY", side }, mark);
  const asset = side === "BUY" ? instrument.quoteAsset : instrument.baseAsset;
  const required = requiredOf(listing, side, quantityLots, limitPriceTicks > 0 ? limitPriceTicks : protection);
  const timeInForce = timeInForceOf(order);
  return {
    refusal:
      limitRefusal(account, listing, quantityLots, notional) ??
      openOrdersRefusal(account, timeInForce, moment.rules) ??
      fundsRefusal(account, asset, required, "order.quantity"),
    side,
    type: order.type as BookOrderType,
    timeInForce,
    selfTradePrevention: selfTradePreventionOf(order),
    quantityLots,
    limitPriceTicks,
    protectionPriceTicks: protection,
    notionalMinor: notional,
    requiredAsset: asset,
    requiredMinor: required,
    rateMark: mark,
  };
}

/** The instrument's bounds, which nobody may leave: INVALID_ARGUMENT. */
export function boundsOf(listing: Listing, notional: bigint): OmsRefusal | undefined {
  const { minimumNotionalMinor: minimumMinor, maximumNotionalMinor: maximumMinor } = listing;
  if (notional >= minimumMinor && notional <= maximumMinor) return undefined;
  return { reason: "NOTIONAL_OUT_OF_BOUNDS", notionalMinor: notional, minimumMinor, maximumMinor };
}

/** The account's limits of quantity and notional: FAILED_PRECONDITION. */
export function limitRefusal(
  account: Account,
  listing: Listing,
  quantityLots: number,
  notional: bigint,
): OmsRefusal | undefined {
  const { instrument } = listing;
  const { limits } = account;
  const own = limits.quantityLimits.length === 0 ? undefined : quantityLimitMinor(limits, instrument.instrumentId);
  if (own === undefined ? quantityLots > listing.defaultMaximumLots : baseMinor(instrument, quantityLots) > own) {
    const limitMinor = own ?? baseMinor(instrument, listing.defaultMaximumLots);
    return { reason: "QUANTITY_LIMIT", quantityMinor: baseMinor(instrument, quantityLots), limitMinor };
  }
  if (notional > limits.maximumNotionalMinor) {
    return { reason: "NOTIONAL_LIMIT", notionalMinor: notional, limitMinor: limits.maximumNotionalMinor };
  }
  return undefined;
}

export function fundsRefusal(
  account: Account,
  asset: string,
  requiredMinor: bigint,
  field: string,
): OmsRefusal | undefined {
  const availableMinor = account.availableMinor(asset);
  if (requiredMinor <= availableMinor) return undefined;
  return { reason: "INSUFFICIENT_FUNDS", field, asset, requiredMinor, availableMinor };
}

function marketRefusal(
  order: NewOrder,
  side: Side,
  quote: Quote | undefined,
  appendTime: number,
): OmsRefusal | undefined {
  const age = quoteAge(quote, appendTime);
  if (age !== undefined && age <= QUOTE_LIVES) return undefined;
  if (age === undefined && order.type === "MARKET") return { reason: "NO_QUOTE", side };
  return { reason: "VENUE_AWAY", ageMilliseconds: age };
}

/** The collar in ticks; 0: the other side is empty. */
function protectionOf(side: Side, listing: Listing, quote: Quote | undefined): number {
  const best = (side === "BUY" ? quote?.ask : quote?.bid) ?? "";
  const ticks = best === "" ? undefined : parsePrice(listing.instrument, best);
  return typeof ticks === "number" ? protectionPriceTicks(side, ticks, listing.collarE8) : 0;
}

/** How many are open. A limit of none lets no order pass, whatever the version. */
function openOrdersRefusal(
  account: Account,
  timeInForce: BookTimeInForce,
  { limitsOrdersThatNeverRest }: EngineRules,
): OmsRefusal | undefined {
  const limit = account.limits.maximumOpenOrders;
  const neverRests = timeInForce === "IOC" || timeInForce === "FOK";
  if (account.openOrders < limit || (neverRests && limit > 0 && !limitsOrdersThatNeverRest)) return undefined;
  return { reason: "OPEN_ORDERS_LIMIT", open: account.openOrders, limit };
}

function requiredOf(listing: Listing, side: Side, leavesLots: number, priceTicks: number): bigint {
  return reservationMinor(listing.instrument, {
    side,
    leavesLots,
    priceTicks,
    feeAccruedE16: 0n,
    feesMinor: 0n,
    worstRateE8: worstRateE8(listing.makerRateE8, listing.takerRateE8),
    replaceLeavesLots: -1,
    replacePriceTicks: 0,
  });
}

/** An order that came no further than a refusal. */
export function refused(order: NewOrder, refusal: OmsRefusal, rateMark: number): Assessment {
  return {
    refusal,
    side: order.side ?? "BUY",
    type: order.type === "MARKET" ? "MARKET" : "LIMIT",
    timeInForce: "GTC",
    selfTradePrevention: "CANCEL_NEWEST",
    quantityLots: 0,
    limitPriceTicks: 0,
    protectionPriceTicks: 0,
    notionalMinor: 0n,
    requiredAsset: "",
    requiredMinor: 0n,
    rateMark,
  };
}

/** Unspecified: GTC for LIMIT, IOC for MARKET. */
function timeInForceOf(order: NewOrder): BookTimeInForce {
  if (order.timeInForce === "UNSPECIFIED") return order.type === "MARKET" ? "IOC" : "GTC";
  return order.timeInForce as BookTimeInForce;
}

function selfTradePreventionOf(order: NewOrder): SelfTradePrevention {
  return order.selfTradePrevention === "UNSPECIFIED"
    ? "CANCEL_NEWEST"
    : (order.selfTradePrevention as SelfTradePrevention);
}
