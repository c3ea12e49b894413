import type { PreviewOrderRequest, PreviewOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { CallContext } from "../call-context.ts";
import type { OrderContext } from "./order-context.ts";

/** What a submit would do now, by the function that decides, with the market as it is seen here. */
export function previewOrder(
  request: PreviewOrderRequest,
  call: CallContext,
  { queries, quote }: OrderContext,
): Promise<PreviewOrderResponse> {
  return queries.preview(request, quote(request.order?.instrumentId ?? ""), call.deadline);
}
