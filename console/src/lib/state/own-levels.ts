import { type Order, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { add, roundTo } from "../decimal/decimal.ts";

/** One's own working orders at a price. */
export interface OwnLevel {
  readonly price: string;
  /** Still to be filled, of all of them. */
  readonly quantity: string;
  readonly orders: readonly Order[];
}

/** By `levelKey`. */
export type OwnLevels = ReadonlyMap<string, OwnLevel>;

export function levelKey(side: Side, price: string): string {
  return `${side}/${price}`;
}

/** The open orders of an instrument by side and price; `step`: prices in steps of so much, as the depth groups them. */
export function ownLevels(orders: readonly Order[], instrumentId: string, step: string | undefined): OwnLevels {
  const levels = new Map<string, OwnLevel>();
  for (const order of orders) {
    if (order.instrumentId !== instrumentId || order.limitPrice === "") continue;
    const { side, limitPrice, leavesQuantity } = order;
    const price = step === undefined ? limitPrice : roundTo(limitPrice, step, side === Side.BUY ? "down" : "up");
    const key = levelKey(side, price);
    const before = levels.get(key);
    const quantity = add(before?.quantity ?? "0", leavesQuantity);
    levels.set(key, { price, quantity, orders: [...(before?.orders ?? []), order] });
  }
  return levels;
}
