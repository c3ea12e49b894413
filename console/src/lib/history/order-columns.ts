import { type Order, OrderType, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { dayTimeOf, exactTimeOf } from "../form/moment.ts";
import { reasonOf, statusWords } from "../state/orders.svelte.ts";
import type { Column } from "./column.ts";
import { type Decimals, exactOf, isoOf, shownOf, sideColumn } from "./figures.ts";

const TIMES_IN_FORCE: Partial<Record<TimeInForce, string>> = {
  [TimeInForce.GTC]: "GTC",
  [TimeInForce.DAY]: "Day",
  [TimeInForce.GTD]: "GTD",
  [TimeInForce.IOC]: "IOC",
  [TimeInForce.FOK]: "FOK",
};

/** How long an order lasts, in the trade's short words; empty: it is not said. */
export function lastsWords(timeInForce: TimeInForce): string {
  return TIMES_IN_FORCE[timeInForce] ?? "";
}

function typeWords({ type, timeInForce, postOnly }: Order): string {
  const kind = type === OrderType.MARKET ? "Market" : type === OrderType.LIMIT ? "Limit" : "Other";
  return [kind, lastsWords(timeInForce), postOnly ? "post-only" : undefined].filter(Boolean).join(" ");
}

export function orderColumns(decimalsOf: (instrumentId: string) => Decimals): readonly Column<Order>[] {
  const price = ({ instrumentId }: Order): number => decimalsOf(instrumentId).price;
  const quantity = ({ instrumentId }: Order): number => decimalsOf(instrumentId).quantity;
  const figure = (
    title: string,
    exact: (order: Order) => string,
    decimals: (order: Order) => number,
  ): Column<Order> => ({
    title,
    kind: "decimal",
    exact,
    shown: (order) => shownOf(exact(order), decimals(order)),
    hint: (order) => exactOf(exact(order)),
  });
  return [
    {
      title: "Time",
      kind: "text",
      shown: ({ createTime }) => dayTimeOf(createTime),
      exact: ({ createTime }) => isoOf(createTime),
      hint: ({ createTime, updateTime }) => `Sent ${exactTimeOf(createTime)}, last change ${exactTimeOf(updateTime)}`,
    },
    { title: "Instrument", kind: "text", shown: (order) => order.instrumentId, exact: (order) => order.instrumentId },
    sideColumn(({ side }) => side),
    { title: "Type", kind: "text", shown: typeWords, exact: typeWords },
    {
      ...figure("Price", ({ limitPrice }) => limitPrice, price),
      shown: (order) => (order.type === OrderType.MARKET ? "market" : shownOf(order.limitPrice, price(order))),
    },
    figure("Quantity", (order) => order.quantity, quantity),
    figure("Filled", (order) => order.cumulativeQuantity, quantity),
    figure("Average", (order) => order.averagePrice, price),
    {
      title: "Status",
      kind: "text",
      shown: (order) => statusWords(order.status),
      exact: (order) => statusWords(order.status),
      hint: reasonOf,
    },
    figure(
      "Fees",
      (order) => order.fees,
      () => 2,
    ),
    { title: "Reason", kind: "text", shown: (order) => reasonOf(order) || "—", exact: reasonOf, hint: reasonOf },
    {
      title: "Label",
      kind: "text",
      shown: (order) => order.clientOrderId || "—",
      exact: (order) => order.clientOrderId,
    },
    {
      title: "Order",
      kind: "text",
      shown: (order) => order.orderId,
      exact: (order) => order.orderId,
      tone: () => "identifier",
    },
  ];
}
