import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { add, compare, isZero, subtract } from "../decimal/decimal.ts";

/** What of an asset is reserved, and what for. */
export interface Reservations {
  /** Orders that reserve some of it, the largest amount first; at most `MOST_LISTED`. */
  readonly orders: readonly Order[];
  /** How many there are besides, and what those reserve. */
  readonly further: { readonly count: number; readonly amount: string };
  /** By all orders together. */
  readonly sum: string;
  /** Reserved and not by these orders; `0` unless some is allotted to a venue, or one of both figures is just about to follow the other. */
  readonly otherwise: string;
}

const MOST_LISTED = 50;

/** `reserved`: of the asset's balance; `open`: the account's open orders, each with what it has locked. */
export function reservationsOf(asset: string, reserved: string, open: readonly Order[]): Reservations {
  const locking = open.filter((order) => order.reserved?.asset === asset && !isZero(amountOf(order)));
  locking.sort((left, right) => compare(amountOf(right), amountOf(left)));
  const orders = locking.slice(0, MOST_LISTED);
  const others = locking.slice(MOST_LISTED);
  const amount = sumOf(others);
  const sum = add(sumOf(orders), amount);
  return { orders, further: { count: others.length, amount }, sum, otherwise: subtract(reserved, sum) };
}

function amountOf({ reserved }: Order): string {
  return reserved?.amount ?? "0";
}

function sumOf(orders: readonly Order[]): string {
  return orders.map(amountOf).reduce(add, "0");
}
