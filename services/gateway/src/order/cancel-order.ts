import type { CancelOrderRequest, CancelOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { CallContext } from "../call-context.ts";
import type { OrderContext } from "./order-context.ts";
import { ordered } from "./ordered.ts";
import { accountOf } from "./request-account.ts";

/** Cancels an order; answers when that is on its way to the venue, or refused. */
export async function cancelOrder(
  request: CancelOrderRequest,
  call: CallContext,
  context: OrderContext,
): Promise<CancelOrderResponse> {
  const name = { accountId: accountOf(request), requestId: request.requestId };
  const sender = { ...call, sessionId: "" };
  const order = await ordered((answer) => context.desk.cancel(sender, name, request.orderId, answer));
  return { $typeName: "atlas.order.v1.CancelOrderResponse", order };
}
