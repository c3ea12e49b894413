import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { CancelAnswer, OrderAnswer } from "../order/order-answer.ts";
import { codeName } from "./code-name.ts";

/** Where an answer goes: its request has one, and it is this. */
export interface AnswerDoor {
  answer(clientSequence: bigint, response: TradeResponse["response"]): void;
}

/** A refusal as a session tells it. */
export function refusedResponse(error: RefusalError): TradeResponse["response"] {
  const { code, refusal } = error;
  return { case: "refused", value: { $typeName: "atlas.order.v1.SessionRefusal", code: codeName(code), refusal } };
}

/** What became of a submit, replace or cancel on a session. */
export class SessionOrderAnswer implements OrderAnswer {
  readonly #door: AnswerDoor;
  readonly #clientSequence: bigint;
  readonly #kind: "submitted" | "replaced" | "canceled";

  constructor(door: AnswerDoor, clientSequence: bigint, kind: "submitted" | "replaced" | "canceled") {
    this.#door = door;
    this.#clientSequence = clientSequence;
    this.#kind = kind;
  }

  ordered(order: Order): void {
    this.#door.answer(this.#clientSequence, orderedResponse(this.#kind, order));
  }

  refused(error: RefusalError): void {
    this.#door.answer(this.#clientSequence, refusedResponse(error));
  }
}

function orderedResponse(kind: "submitted" | "replaced" | "canceled", order: Order): TradeResponse["response"] {
  switch (kind) {
    case "submitted":
      return { case: kind, value: { $typeName: "atlas.order.v1.SubmitOrderResponse", order } };
    case "replaced":
      return { case: kind, value: { $typeName: "atlas.order.v1.ReplaceOrderResponse", order } };
    case "canceled":
      return { case: kind, value: { $typeName: "atlas.order.v1.CancelOrderResponse", order } };
  }
}

/** What became of a request to cancel several on a session. */
export class SessionCancelAnswer implements CancelAnswer {
  readonly #door: AnswerDoor;
  readonly #clientSequence: bigint;

  constructor(door: AnswerDoor, clientSequence: bigint) {
    this.#door = door;
    this.#clientSequence = clientSequence;
  }

  canceled(orderIds: string[]): void {
    const value = { $typeName: "atlas.order.v1.CancelOrdersResponse", orderIds } as const;
    this.#door.answer(this.#clientSequence, { case: "canceledMany", value });
  }

  refused(error: RefusalError): void {
    this.#door.answer(this.#clientSequence, refusedResponse(error));
  }
}
