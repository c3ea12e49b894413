import { type Order, OrderSchema, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { orderLines } from "./order-lines.ts";

function orderOf(side: Side, limitPrice: string, leavesQuantity: string, instrumentId = "BTC-USD"): Order {
  return create(OrderSchema, { side, limitPrice, leavesQuantity, instrumentId });
}

test("open orders of a price and side are one line with what is left of them", () => {
  const orders = [
    orderOf(Side.BUY, "100", "0.1"),
    orderOf(Side.BUY, "100", "0.25"),
    orderOf(Side.SELL, "101", "1500"),
    orderOf(Side.BUY, "", "9"),
    orderOf(Side.BUY, "100", "9", "ETH-USD"),
  ];
  const printed = orderLines(orders, "BTC-USD").map(({ price, isBuy, words }) => `${price} ${isBuy} ${words}`);
  expect(printed).toEqual(["100 true Buy 0.35", "101 false Sell 1,500"]);
});
