import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type Order, OrderStatus, OrderType, RefusedBy, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { compare, decimalsOf, format, isDecimal, isZero, multiply } from "../decimal/decimal.ts";
import { wordsOf } from "../rpc/refusal.ts";
import { fieldOf, type Problems } from "./ticket-terms.ts";

/** Why an order came to nothing, as it stands in the ticket. */
export interface TicketRefusal {
  readonly problems: Problems;
  /** Behind it; `undefined`: there are no figures that could change. */
  readonly refusal: Refusal | undefined;
}

export const NOT_REFUSED: TicketRefusal = { problems: {}, refusal: undefined };

export function refusalBeside(refusal: Refusal): TicketRefusal {
  return { problems: { [fieldOf(refusal)]: wordsOf(refusal) }, refusal };
}

/**
 * What the venue has made of an order that has ended, in words with its figures; `undefined`: nothing that the ticket's terms are
 * to blame for.
 */
export function venueRefusal(order: Order, instrument: Instrument): TicketRefusal | undefined {
  const { refusal, status } = order;
  if (refusal === undefined) return undefined;
  const isRejected = status === OrderStatus.REJECTED && order.refusedBy === RefusedBy.VENUE;
  const isDropped = status === OrderStatus.CANCELED && isByTerms(order, refusal);
  if (!isRejected && !isDropped) return undefined;
  return { problems: { [fieldOf(refusal)]: venueWords(order, refusal, instrument) }, refusal: undefined };
}

/** What an immediate order filled of itself is no refusal; that it filled nothing is one. */
function isByTerms({ cumulativeQuantity }: Order, { reason }: Refusal): boolean {
  if (reason === Reason.IMMEDIATE_REST) return isZero(cumulativeQuantity);
  return reason === Reason.NOT_FILLABLE || reason === Reason.COLLAR || reason === Reason.SELF_TRADE;
}

function venueWords(order: Order, refusal: Refusal, { baseAsset, quoteAsset, tick, collar }: Instrument): string {
  const price = `${format(order.limitPrice === "" ? "0" : order.limitPrice, decimalsOf(tick))} ${quoteAsset}`;
  const within = order.type === OrderType.MARKET ? "" : ` at ${price} or ${order.side === Side.BUY ? "less" : "more"}`;
  const whole = `${format(order.quantity)} ${baseAsset}`;
  const filled = `${format(order.cumulativeQuantity)} of ${whole}`;
  switch (refusal.reason) {
    case Reason.WOULD_TAKE:
      return `Post-only, and at ${price} it would have traded at once.`;
    case Reason.NOT_FILLABLE:
      return `Nobody traded ${whole} in full at once${within}: nothing was filled.`;
    case Reason.IMMEDIATE_REST:
      return `Nobody traded at once${within}: nothing of ${whole} was filled.`;
    case Reason.COLLAR:
      return `${filled} was filled: the rest lies beyond the price collar of ${format(multiply(collar, "100"))} %.`;
    case Reason.SELF_TRADE:
      return `${format(order.canceledQuantity)} of ${whole} was cancelled: it would have traded with another order of yours.`;
    default:
      return wordsOf(refusal);
  }
}

/** A refusal once what is available is another: for want of funds it holds, by the new figure, until they are enough. */
export function afterFunds(held: TicketRefusal, availableOf: (asset: string) => string | undefined): TicketRefusal {
  const { refusal } = held;
  if (refusal?.reason !== Reason.INSUFFICIENT_FUNDS) return held;
  const { asset = "", required = "" } = refusal.facts;
  const available = availableOf(asset);
  if (available === undefined || !isDecimal(required)) return held;
  if (compare(available, required) >= 0) return NOT_REFUSED;
  return refusalBeside({ ...refusal, facts: { ...refusal.facts, available } });
}
