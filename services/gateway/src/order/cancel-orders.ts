import type { CancelOrdersRequest, CancelOrdersResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { CallContext } from "../call-context.ts";
import type { OrderContext } from "./order-context.ts";
import { accountOf } from "./request-account.ts";

/** Cancels every open order that matches; answers which. */
export async function cancelOrders(
  request: CancelOrdersRequest,
  call: CallContext,
  context: OrderContext,
): Promise<CancelOrdersResponse> {
  const name = { accountId: accountOf(request), requestId: request.requestId };
  const { instrumentId, side } = request;
  const cancel = { $typeName: "atlas.order.v1.CancelOrders", instrumentId, side } as const;
  const orderIds = await new Promise<string[]>((canceled, refused) =>
    context.desk.cancelMany({ ...call, sessionId: "" }, name, cancel, { canceled, refused }),
  );
  return { $typeName: "atlas.order.v1.CancelOrdersResponse", orderIds };
}
