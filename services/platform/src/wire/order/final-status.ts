import { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";

/** Whether nothing ever follows the status. */
export function isFinal(status: OrderStatus): boolean {
  return (
    status === OrderStatus.FILLED ||
    status === OrderStatus.CANCELED ||
    status === OrderStatus.REJECTED ||
    status === OrderStatus.EXPIRED
  );
}
