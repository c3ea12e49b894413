import type { SubmitOrdersRequest, SubmitOrdersResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { CallContext } from "../call-context.ts";
import type { OrderContext } from "./order-context.ts";
import { accountOf } from "./request-account.ts";
import { submitBatch } from "./submit-batch.ts";

/** Makes several orders, independent of each other; answers when all are decided. */
export function submitOrders(
  request: SubmitOrdersRequest,
  call: CallContext,
  context: OrderContext,
): Promise<SubmitOrdersResponse> {
  const accountId = accountOf(request);
  const sender = { ...call, sessionId: "" };
  return new Promise((resolve) => submitBatch(context.desk, sender, accountId, request.entries, resolve));
}
