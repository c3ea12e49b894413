import {
  type Fill,
  LiquiditySchema,
  type Order,
  OrderStatusSchema,
  OrderTypeSchema,
  SideSchema,
  TimeInForceSchema,
} from "@atlas/gen/atlas/order/v1/order_pb";
import { type Column, record, table } from "./table.ts";
import { amountOf, timeOf, wordOf } from "./words.ts";

const orderColumns: readonly Column<Order>[] = [
  { title: "order", of: (order) => order.orderId },
  { title: "instrument", of: (order) => order.instrumentId },
  { title: "side", of: (order) => wordOf(SideSchema, order.side) },
  { title: "type", of: (order) => wordOf(OrderTypeSchema, order.type) },
  { title: "quantity", right: true, of: (order) => order.quantity },
  { title: "limit", right: true, of: (order) => order.limitPrice },
  { title: "filled", right: true, of: (order) => order.cumulativeQuantity },
  { title: "average", right: true, of: (order) => order.averagePrice },
  { title: "status", of: (order) => wordOf(OrderStatusSchema, order.status) },
  { title: "created", of: (order) => timeOf(order.createTime) },
];

export function ordersText(orders: readonly Order[]): string {
  return table(orders, orderColumns, "no orders");
}

/** One order with everything that is set. */
export function orderText(order: Order): string {
  return record([
    ["order", order.orderId],
    ["account", order.accountId],
    ["request", order.requestId],
    ["client order", order.clientOrderId],
    ["instrument", order.instrumentId],
    ["terms", termsOf(order)],
    ["status", wordOf(OrderStatusSchema, order.status)],
    ["filled", `${order.cumulativeQuantity} of ${order.quantity}`],
    ["average price", order.averagePrice],
    ["leaves", order.leavesQuantity],
    ["canceled", order.canceledQuantity === "0" ? "" : order.canceledQuantity],
    ["fees", order.fees],
    ["reserved", amountOf(order.reserved)],
    ["reason", order.refusal?.message ?? ""],
    ["version", String(order.version)],
    ["created", timeOf(order.createTime)],
    ["updated", timeOf(order.updateTime)],
  ]);
}

const fillColumns: readonly Column<Fill>[] = [
  { title: "time", of: (fill) => timeOf(fill.occurredAt) },
  { title: "instrument", of: (fill) => fill.instrumentId },
  { title: "side", of: (fill) => wordOf(SideSchema, fill.side) },
  { title: "quantity", right: true, of: (fill) => fill.quantity },
  { title: "price", right: true, of: (fill) => fill.price },
  { title: "liquidity", of: (fill) => wordOf(LiquiditySchema, fill.liquidity) },
  { title: "fee", right: true, of: (fill) => amountOf(fill.fee) },
  { title: "order", of: (fill) => fill.orderId },
  { title: "match", of: (fill) => fill.matchId },
];

export function fillsText(fills: readonly Fill[]): string {
  return table(fills, fillColumns, "no fills");
}

function termsOf(order: Order): string {
  const words = [
    wordOf(SideSchema, order.side),
    order.quantity,
    wordOf(OrderTypeSchema, order.type),
    order.limitPrice,
    wordOf(TimeInForceSchema, order.timeInForce),
    order.postOnly ? "POST_ONLY" : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}
