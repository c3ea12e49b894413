import type { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { NewOrderSchema, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type OrderState, stateOf } from "./order-state.ts";

export type NewOrder = MessageInitShape<typeof NewOrderSchema>;

/** What a client wants. */
export type Content =
  | { readonly kind: "submit"; readonly order: NewOrder }
  | { readonly kind: "cancel"; readonly orderId: string }
  | { readonly kind: "replace"; readonly orderId: string; readonly quantity: string; readonly limitPrice: string }
  | { readonly kind: "cancelMany" }
  | { readonly kind: "deposit" | "withdraw"; readonly asset: string; readonly amount: string };

/** An order as a client was told that it is. */
export interface ToldOrder extends OrderState {
  readonly orderId: string;
  readonly version: number;
}

/** What came of one sending of a request, as its client sees it. */
export type Answer =
  | { readonly kind: "ORDER"; readonly order: ToldOrder }
  | { readonly kind: "DONE" }
  | { readonly kind: "REFUSED"; readonly reason: Reason; readonly orderId: string }
  /** Nothing was done, it says: the same may be sent again. */
  | { readonly kind: "NOTHING"; readonly reason: string }
  /** There was no way to send it just then. */
  | { readonly kind: "UNSENT"; readonly reason: string }
  /** No answer, or one that says that it does not know. */
  | { readonly kind: "UNKNOWN"; readonly reason: string }
  /** An answer that no client should ever get. */
  | { readonly kind: "WRONG"; readonly text: string };

/** A request that a client made, keeps, and sends until it knows what came of it. */
export interface Asked {
  readonly accountId: string;
  readonly requestId: string;
  readonly content: Content;
  /** When it was sent first, by `performance.now()`. */
  readonly askedAt: number;
  /** When its client knew; 0: not yet. */
  answeredAt: number;
  /** How often it was sent, and how often it was not told what came of it. */
  sent: number;
  unknown: number;
  /** Why the last time did not settle it. */
  openFor?: string;
  /** Why its client was told that nothing was done, when it left it at that. */
  gaveUpOn?: string;
  /** One that settles it comes last; the same request may be sent once more later. */
  readonly settled: Answer[];
}

/** Whether the client knows now what came of its request. */
export function settles(answer: Answer): answer is Extract<Answer, { kind: "ORDER" | "DONE" | "REFUSED" }> {
  return answer.kind === "ORDER" || answer.kind === "DONE" || answer.kind === "REFUSED";
}

export function toldOf(order: Order): ToldOrder {
  return { orderId: order.orderId, version: Number(order.version), ...stateOf(order) };
}

/** What it is called in reports. */
export function nameOf({ accountId, requestId, content }: Asked): string {
  return `${content.kind} ${requestId} of ${accountId}`;
}
