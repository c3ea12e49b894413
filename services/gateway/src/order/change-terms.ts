import type { ReplaceOrder } from "@atlas/gen/atlas/order/v1/order_command_pb";
import type { ReplaceOrderRequest } from "@atlas/gen/atlas/order/v1/order_service_pb";

/** What a request to replace asks for, as its shard receives it. */
export function replacementOf(request: ReplaceOrderRequest): ReplaceOrder {
  const { orderId, quantity, limitPrice, stopPrice, expectedVersion } = request;
  const terms = { orderId, quantity, limitPrice, stopPrice, expectedVersion };
  return { $typeName: "atlas.order.v1.ReplaceOrder", ...terms };
}
