import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";

/** Hears what became of one request for one order: exactly one call, once. Nothing here throws. */
export interface OrderAnswer {
  ordered(order: Order): void;
  refused(error: RefusalError): void;
}

/** The same of a request to cancel several. */
export interface CancelAnswer {
  /** In the order of acceptance. */
  canceled(orderIds: string[]): void;
  refused(error: RefusalError): void;
}
