import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { add, multiply, signOf, subtract } from "../decimal/decimal.ts";

/** What somebody stands to gain or lose by, in the quote asset. */
export interface Exposure {
  readonly before: string;
  readonly after: string;
}

/**
 * What is held of the base asset by its last price, as it is and once all of an order is filled. Nothing is held below zero:
 * an order that sells more is refused.
 */
export function exposureOf(held: string, last: string, side: Side, quantity: string): Exposure {
  const after = side === Side.BUY ? add(held, quantity) : subtract(held, quantity);
  return { before: multiply(held, last), after: multiply(signOf(after) < 0 ? "0" : after, last) };
}
