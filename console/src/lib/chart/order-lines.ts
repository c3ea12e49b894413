import { type Order, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { add, format } from "../decimal/decimal.ts";
import type { OrderLine } from "./chart-drawing.ts";

/** More would hide the candles. */
const MOST = 60;

/** The open orders of an instrument as lines: those of one price and side are one. */
export function orderLines(orders: readonly Order[], instrumentId: string): readonly OrderLine[] {
  const quantities = new Map<string, { order: Order; leaves: string }>();
  for (const order of orders) {
    if (order.instrumentId !== instrumentId || order.limitPrice === "") continue;
    const key = `${order.side} ${order.limitPrice}`;
    const before = quantities.get(key)?.leaves ?? "0";
    quantities.set(key, { order, leaves: add(before, order.leavesQuantity) });
  }
  return [...quantities.values()].slice(0, MOST).map(({ order, leaves }) => {
    const isBuy = order.side === Side.BUY;
    return { price: order.limitPrice, isBuy, words: `${isBuy ? "Buy" : "Sell"} ${format(leaves)}` };
  });
}
