import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { ExecutionType, Liquidity, type Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { averagePrice } from "./average-price.ts";
import { type OrderStep, orderStepOf } from "./order-step.ts";

/** The public view of an event, a function of the event alone (S12); `undefined`: the event concerns no order. */
export function executionReportOf(event: OrderEvent): ExecutionReport | undefined {
  const body = event.event;
  if (body.case === "orderAccepted" && body.value.order !== undefined) {
    return first(event, body.value.order, ExecutionType.NEW);
  }
  if (body.case === "orderDenied" && body.value.order !== undefined) {
    return first(event, body.value.order, ExecutionType.REJECTED);
  }
  const step = orderStepOf(event);
  return step === undefined ? undefined : following(event, step);
}

function first(event: OrderEvent, order: Order, executionType: ExecutionType): ExecutionReport {
  return {
    $typeName: "atlas.order.v1.ExecutionReport",
    executionId: event.eventId,
    shard: event.shard,
    sequence: event.sequence,
    orderId: event.orderId,
    version: order.version,
    accountId: event.accountId,
    instrumentId: event.instrumentId,
    side: order.side,
    executionType,
    status: order.status,
    orderQuantity: order.quantity,
    limitPrice: order.limitPrice,
    lastQuantity: "",
    lastPrice: "",
    leavesQuantity: order.leavesQuantity,
    cumulativeQuantity: order.cumulativeQuantity,
    averagePrice: "",
    liquidity: Liquidity.UNSPECIFIED,
    fee: undefined,
    matchId: "",
    refusal: order.refusal,
    occurredAt: event.occurredAt,
  };
}

function following(event: OrderEvent, { executionType, progress, fill, refusal }: OrderStep): ExecutionReport {
  return {
    $typeName: "atlas.order.v1.ExecutionReport",
    executionId: fill === undefined ? event.eventId : fill.executionId,
    shard: event.shard,
    sequence: event.sequence,
    orderId: event.orderId,
    version: progress.version,
    accountId: event.accountId,
    instrumentId: event.instrumentId,
    side: progress.side,
    executionType,
    status: progress.status,
    orderQuantity: progress.quantity,
    limitPrice: progress.limitPrice,
    lastQuantity: fill === undefined ? "" : fill.quantity,
    lastPrice: fill === undefined ? "" : fill.price,
    leavesQuantity: progress.leavesQuantity,
    cumulativeQuantity: progress.cumulativeQuantity,
    averagePrice: averagePrice(progress.cost, progress.cumulativeQuantity),
    liquidity: fill === undefined ? Liquidity.UNSPECIFIED : fill.liquidity,
    fee: fill?.fee,
    matchId: fill === undefined ? "" : fill.matchId,
    refusal,
    occurredAt: event.occurredAt,
  };
}
