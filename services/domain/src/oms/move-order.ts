import type { Posting } from "../ledger/posting.ts";
import { move } from "../ledger/postings.ts";
import type { Listing } from "../order/listing.ts";
import { worstRateE8 } from "../order/listing.ts";
import type { OpenOrder, OrderProgress } from "../order/open-order.ts";
import { isFinal, type OrderStatus } from "../order/order-status.ts";
import { type Exposure, reservationMinor } from "../order/reservation.ts";

/** What changes of an order with an event; the rest stays. */
export interface Change {
  readonly status: OrderStatus;
  readonly quantityLots: number;
  readonly limitPriceTicks: number;
  readonly leavesLots: number;
  readonly canceledLots: number;
  readonly reservedMinor: bigint;
}

/** Where the order stands after a change that is no fill. */
export function progressOf(order: OpenOrder, change: Change): OrderProgress {
  return {
    side: order.terms.side,
    status: change.status,
    version: order.version + 1,
    quantityLots: change.quantityLots,
    limitPriceTicks: change.limitPriceTicks,
    cumulativeLots: order.cumulativeLots,
    leavesLots: change.leavesLots,
    canceledLots: change.canceledLots,
    costMinor: order.costMinor,
    feeAccruedE16: order.feeAccruedE16,
    feesMinor: order.feesMinor,
    reservedMinor: change.reservedMinor,
  };
}

/** The order as it is, in another status. */
export function inStatus(order: OpenOrder, status: OrderStatus): OrderProgress {
  return progressOf(order, {
    status,
    quantityLots: order.quantityLots,
    limitPriceTicks: order.limitPriceTicks,
    leavesLots: order.leavesLots,
    canceledLots: order.canceledLots,
    reservedMinor: order.reservedMinor,
  });
}

/** What of an order decides how much it can still cost, as it stands. */
export function exposureOf(order: OpenOrder): Exposure {
  const { terms } = order;
  return {
    side: terms.side,
    leavesLots: order.leavesLots,
    priceTicks: order.costliestPriceTicks,
    feeAccruedE16: order.feeAccruedE16,
    feesMinor: order.feesMinor,
    worstRateE8: worstRateE8(terms.makerRateE8, terms.takerRateE8),
    replaceLeavesLots: order.hasReplace ? order.replaceQuantityLots - order.cumulativeLots - order.canceledLots : -1,
    replacePriceTicks: order.replaceLimitPriceTicks > 0 ? order.replaceLimitPriceTicks : order.costliestPriceTicks,
  };
}

/** What must be reserved for an order that would stand so; nothing once it has ended. */
export function reservedIn(listing: Listing, status: OrderStatus, exposure: Exposure): bigint {
  return isFinal(status) ? 0n : reservationMinor(listing.instrument, exposure);
}

/** The asset that an order gives. */
export function givenAsset(listing: Listing, order: OpenOrder): string {
  return order.terms.side === "BUY" ? listing.instrument.quoteAsset : listing.instrument.baseAsset;
}

/** The movement that brings what is reserved for an order from one amount to another. */
export function adjustReserve(asset: string, beforeMinor: bigint, afterMinor: bigint): Posting[] {
  const postings: Posting[] = [];
  if (afterMinor > beforeMinor) move(postings, asset, "AVAILABLE", "RESERVED", afterMinor - beforeMinor, "RESERVE");
  else move(postings, asset, "RESERVED", "AVAILABLE", beforeMinor - afterMinor, "RELEASE");
  return postings;
}
