import type { OrderProgress } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Order, type OrderStatus, OrderStatusSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { e8 } from "../verdict/e8.ts";

/** What every version of an order says of it. */
export interface OrderState {
  readonly status: OrderStatus;
  readonly cumulative: string;
  readonly leaves: string;
  readonly limitPrice: string;
  readonly fees: string;
}

export function stateOf(order: Order | OrderProgress): OrderState {
  const { status, cumulativeQuantity: cumulative, leavesQuantity: leaves, limitPrice, fees } = order;
  return { status, cumulative, leaves, limitPrice, fees };
}

/** In what two states differ, such as `leaves 3, not 2`; empty: they are the same, by value. */
export function differenceOf(one: OrderState, other: OrderState): string {
  const texts = one.status === other.status ? [] : [`status ${wordOf(one.status)}, not ${wordOf(other.status)}`];
  for (const name of ["cumulative", "leaves", "limitPrice", "fees"] as const) {
    if (e8(one[name]) !== e8(other[name])) texts.push(`${name} ${one[name]}, not ${other[name]}`);
  }
  return texts.join("; ");
}

function wordOf(status: OrderStatus): string {
  return OrderStatusSchema.value[status]?.localName ?? `${status}`;
}
