import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { OrderAnswer } from "./order-answer.ts";

/** Waits for the answer of one request for one order; rejects with its refusal. */
export function ordered(send: (answer: OrderAnswer) => void): Promise<Order> {
  return new Promise((resolve, reject) => send({ ordered: resolve, refused: reject }));
}
