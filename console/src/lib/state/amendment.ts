import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";

/** What an order came to when somebody began to change it. */
export type BegunTerms = Pick<Order, "quantity" | "limitPrice" | "version">;

/** What is to be asked: empty stays as it is. */
export interface Amendment {
  readonly quantity: string;
  readonly limitPrice: string;
  /** The version of the order that the change is meant for: another is refused. */
  readonly version: bigint;
}

/**
 * What somebody typed over an order's terms, read against those that they saw: what they left alone is no wish, whatever it has
 * become meanwhile. An order whose terms are as they were is meant as it stands now, for fills are no reason against a change.
 */
export function amendmentOf(begun: BegunTerms, now: BegunTerms, quantity: string, limitPrice: string): Amendment {
  const isAsBegun = now.quantity === begun.quantity && now.limitPrice === begun.limitPrice;
  return {
    quantity: quantity === begun.quantity ? "" : quantity,
    limitPrice: limitPrice === begun.limitPrice ? "" : limitPrice,
    version: isAsBegun ? now.version : begun.version,
  };
}
