import type { SubmitOrderRequest, SubmitOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { CallContext } from "../call-context.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import type { OrderContext } from "./order-context.ts";
import { ordered } from "./ordered.ts";
import { accountOf } from "./request-account.ts";

/** Makes an order; answers when it is decided. */
export async function submitOrder(
  request: SubmitOrderRequest,
  call: CallContext,
  context: OrderContext,
): Promise<SubmitOrderResponse> {
  const accountId = accountOf(request);
  const terms = request.order;
  if (terms === undefined) throw invalidField("order", "is required");
  const order = await ordered((answer) =>
    context.desk.submit({ ...call, sessionId: "" }, { accountId, requestId: request.requestId }, terms, answer),
  );
  return { $typeName: "atlas.order.v1.SubmitOrderResponse", order };
}
