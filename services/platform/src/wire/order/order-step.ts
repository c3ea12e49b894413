import type { Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { OrderEvent, OrderProgress } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ExecutionType, type Fill } from "@atlas/gen/atlas/order/v1/order_pb";

/** What an event after acceptance says of its order. */
export interface OrderStep {
  readonly executionType: ExecutionType;
  readonly progress: OrderProgress;
  readonly fill: Fill | undefined;
  readonly refusal: Refusal | undefined;
}

/** The step that an event takes an order; `undefined`: it concerns no order, or makes one. */
export function orderStepOf(event: OrderEvent): OrderStep | undefined {
  const body = event.event;
  switch (body.case) {
    case "orderLive":
      return step(ExecutionType.NEW, body.value.progress);
    case "orderFilled":
      return step(ExecutionType.TRADE, body.value.progress, undefined, body.value.fill);
    case "cancelRequested":
    case "replaceRequested":
      return step(ExecutionType.STATUS, body.value.progress);
    case "orderReduced":
      return step(ExecutionType.STATUS, body.value.progress, body.value.refusal);
    case "orderCanceled":
      return step(ExecutionType.CANCELED, body.value.progress, body.value.refusal);
    case "cancelRefused":
      return step(ExecutionType.CANCEL_REFUSED, body.value.progress, body.value.refusal);
    case "orderReplaced":
      return step(ExecutionType.REPLACED, body.value.progress);
    case "replaceRefused":
      return step(ExecutionType.REPLACE_REFUSED, body.value.progress, body.value.refusal);
    case "orderRejected":
      return step(ExecutionType.REJECTED, body.value.progress, body.value.refusal);
    case "orderExpired":
      return step(ExecutionType.EXPIRED, body.value.progress, body.value.refusal);
    default:
      return undefined;
  }
}

function step(
  executionType: ExecutionType,
  progress: OrderProgress | undefined,
  refusal?: Refusal,
  fill?: Fill,
): OrderStep | undefined {
  return progress === undefined ? undefined : { executionType, progress, fill, refusal };
}
