import type { ReplaceOrderRequest, ReplaceOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { CallContext } from "../call-context.ts";
import { replacementOf } from "./change-terms.ts";
import type { OrderContext } from "./order-context.ts";
import { ordered } from "./ordered.ts";
import { accountOf } from "./request-account.ts";

/** Changes an order; answers when that is on its way to the venue, or refused. */
export async function replaceOrder(
  request: ReplaceOrderRequest,
  call: CallContext,
  context: OrderContext,
): Promise<ReplaceOrderResponse> {
  const name = { accountId: accountOf(request), requestId: request.requestId };
  const sender = { ...call, sessionId: "" };
  const order = await ordered((answer) => context.desk.replace(sender, name, replacementOf(request), answer));
  return { $typeName: "atlas.order.v1.ReplaceOrderResponse", order };
}
