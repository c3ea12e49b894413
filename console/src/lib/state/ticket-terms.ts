import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  type NewOrder,
  NewOrderSchema,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import {
  add,
  divide,
  format,
  isMultipleOf,
  isZero,
  multiply,
  parseTyped,
  roundTo,
  typedProblem,
} from "../decimal/decimal.ts";

/** What stands in the ticket, as it was typed. */
export interface TicketInput {
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: string;
  readonly price: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  /** Against an order of the same owner. */
  readonly selfTrade: SelfTradePrevention;
  /** The person's own; empty: none. */
  readonly label: string;
}

/** What the contract takes for a label. */
const LABEL = /^[ -~]{0,64}$/;

/** A field of the ticket; `form`: none in particular. */
export type TicketField = "quantity" | "price" | "timeInForce" | "postOnly" | "selfTrade" | "label" | "form";

export type Problems = Partial<Record<TicketField, string>>;

/**
 * The terms that the input means, or what is wrong with it before anybody is asked; no problems and no terms: something is
 * not filled in yet.
 */
export function readTerms(input: TicketInput, instrument: Instrument): { terms: NewOrder } | { problems: Problems } {
  const isLimit = input.type === OrderType.LIMIT;
  const quantity = parseTyped(input.quantity);
  const price = parseTyped(input.price);
  const problems: Problems = {};
  const quantityProblem = stepProblem(input.quantity, quantity, instrument.lot, "Quantities");
  if (quantityProblem !== "") problems.quantity = quantityProblem;
  const priceProblem = isLimit ? stepProblem(input.price, price, instrument.tick, "Prices") : "";
  if (priceProblem !== "") problems.price = priceProblem;
  if (!LABEL.test(input.label.trim())) problems.label = "At most 64 letters, digits and signs, without accents.";
  const isWrong = Object.keys(problems).length > 0;
  if (isWrong || quantity === undefined || (isLimit && price === undefined)) return { problems };
  const { instrumentId } = instrument;
  const timeInForce = allowedTimes(input.type).includes(input.timeInForce) ? input.timeInForce : usualTime(input.type);
  const postOnly = input.postOnly && mayBePostOnly(input.type, timeInForce);
  const limitPrice = isLimit ? price : "";
  const { side, type } = input;
  const chosen = { timeInForce, postOnly, selfTradePrevention: input.selfTrade, clientOrderId: input.label.trim() };
  return { terms: create(NewOrderSchema, { instrumentId, side, type, quantity, limitPrice, ...chosen }) };
}

/** Empty: nothing is wrong, or nothing is typed. */
function stepProblem(typed: string, value: string | undefined, step: string, what: string): string {
  if (typed.trim() === "") return "";
  if (value === undefined) return typedProblem(typed);
  if (isZero(value)) return "Must be above zero.";
  return isMultipleOf(value, step) ? "" : `${what} here go in steps of ${step}.`;
}

/** What can be chosen to happen against an order of the same owner, the usual one first. */
export const SELF_TRADES = [
  SelfTradePrevention.CANCEL_NEWEST,
  SelfTradePrevention.CANCEL_OLDEST,
  SelfTradePrevention.CANCEL_BOTH,
  SelfTradePrevention.DECREMENT,
] as const;

export function usualTime(type: OrderType): TimeInForce {
  return type === OrderType.MARKET ? TimeInForce.IOC : TimeInForce.GTC;
}

export function allowedTimes(type: OrderType): readonly TimeInForce[] {
  if (type === OrderType.MARKET) return [TimeInForce.IOC, TimeInForce.FOK];
  return [TimeInForce.GTC, TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK];
}

export function mayBePostOnly(type: OrderType, timeInForce: TimeInForce): boolean {
  return type === OrderType.LIMIT && (timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.DAY);
}

const FIELDS: Readonly<Record<string, TicketField>> = {
  "order.quantity": "quantity",
  "order.limit_price": "price",
  "order.time_in_force": "timeInForce",
  "order.post_only": "postOnly",
  "order.self_trade_prevention": "selfTrade",
  "order.client_order_id": "label",
};

const BY_REASON: Partial<Record<Reason, TicketField>> = {
  [Reason.INSUFFICIENT_FUNDS]: "quantity",
  [Reason.QUANTITY_LIMIT]: "quantity",
  [Reason.NOTIONAL_LIMIT]: "quantity",
  [Reason.NOTIONAL_OUT_OF_BOUNDS]: "quantity",
  [Reason.NO_LIQUIDITY]: "quantity",
  [Reason.NOT_FILLABLE]: "quantity",
  [Reason.IMMEDIATE_REST]: "quantity",
  [Reason.COLLAR]: "quantity",
  [Reason.WOULD_TAKE]: "price",
  [Reason.SELF_TRADE]: "selfTrade",
};

/** Beside which field a refusal stands. */
export function fieldOf({ field, reason }: Refusal): TicketField {
  return FIELDS[field] ?? BY_REASON[reason] ?? "form";
}

/** What the order will do: `Buy 0.5 BTC at 50,000.00`. */
export function describe(terms: NewOrder, { baseAsset }: Instrument, priceDecimals: number): string {
  const verb = terms.side === Side.SELL ? "Sell" : "Buy";
  const at = terms.type === OrderType.MARKET ? "at market" : `at ${format(terms.limitPrice, priceDecimals)}`;
  return `${verb} ${format(terms.quantity)} ${baseAsset} ${at}`;
}

/** The best prices that a ticket's buttons take. */
export interface Best {
  readonly bid: string | undefined;
  readonly ask: string | undefined;
  readonly mid: string | undefined;
}

export type Stance = "passive" | "mid" | "aggressive";

/** Passive joins its own side, aggressive meets the other, mid stands between, rounded away from the other side. */
export function priceFor(stance: Stance, side: Side, best: Best, tick: string): string | undefined {
  const isBuy = side === Side.BUY;
  if (stance === "passive") return isBuy ? best.bid : best.ask;
  if (stance === "aggressive") return isBuy ? best.ask : best.bid;
  return best.mid === undefined ? undefined : roundTo(best.mid, tick, isBuy ? "down" : "up");
}

/**
 * The quantity that a share of what is available buys or sells, fees in, rounded down to a lot. `price`: the limit, or for a
 * market order the other side's best, to which its collar is added, down to a tick, for that is what will be reserved.
 */
export function quantityFor(
  percent: number,
  side: Side,
  type: OrderType,
  available: string,
  price: string | undefined,
  instrument: Instrument,
): string | undefined {
  const part = divide(multiply(available, String(percent)), "100");
  if (side === Side.SELL) return roundTo(part, instrument.lot, "down");
  if (price === undefined || isZero(price)) return undefined;
  const collared = roundTo(multiply(price, add("1", instrument.collar)), instrument.tick, "down");
  const worst = type === OrderType.MARKET ? collared : price;
  return roundTo(divide(part, multiply(worst, add("1", instrument.takerFee))), instrument.lot, "down");
}
