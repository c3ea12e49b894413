import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ExecutionType, type Order, RefusedBy } from "@atlas/gen/atlas/order/v1/order_pb";
import { averagePrice } from "./average-price.ts";
import { isFinal } from "./final-status.ts";
import { orderStepOf } from "./order-step.ts";

/** The order that an event makes, accepted or denied; `undefined`: it makes none. */
export function orderMadeBy(event: OrderEvent): Order | undefined {
  const body = event.event;
  return body.case === "orderAccepted" || body.case === "orderDenied" ? body.value.order : undefined;
}

/** The order after one of its events; unchanged (the same object) by an event that it shows already or that is not its own. */
export function advanceOrder(order: Order, event: OrderEvent): Order {
  if (event.orderId !== order.orderId) return order;
  const step = orderStepOf(event);
  if (step === undefined || step.progress.version <= order.version) return order;
  const { progress, refusal, executionType } = step;
  const ended = isFinal(progress.status);
  return {
    ...order,
    status: progress.status,
    version: progress.version,
    quantity: progress.quantity,
    limitPrice: progress.limitPrice,
    cumulativeQuantity: progress.cumulativeQuantity,
    leavesQuantity: progress.leavesQuantity,
    canceledQuantity: progress.canceledQuantity,
    averagePrice: averagePrice(progress.cost, progress.cumulativeQuantity),
    fees: progress.fees,
    reserved: order.reserved && { ...order.reserved, amount: progress.reserved },
    refusal: ended ? refusal : order.refusal,
    refusedBy: executionType === ExecutionType.REJECTED ? RefusedBy.VENUE : order.refusedBy,
    updateTime: event.occurredAt,
  };
}
