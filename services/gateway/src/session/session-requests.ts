import type { Principal } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  CancelOrderRequestSchema,
  CancelOrdersRequestSchema,
  ReplaceOrderRequestSchema,
  SubmitOrderRequestSchema,
  SubmitOrdersRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { TradeRequest } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { refuseInvalid } from "@atlas/platform/access/validate";
import type { Clock } from "@atlas/platform/ports/clock";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { timestampOf } from "@atlas/platform/wire/time";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { replacementOf } from "../order/change-terms.ts";
import type { OrderDesk } from "../order/order-desk.ts";
import type { Sender } from "../order/sender.ts";
import { submitBatch } from "../order/submit-batch.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import { isValidCancel, isValidCancelMany, isValidReplace, isValidSubmit } from "../validate/order-requests.ts";
import { type AnswerDoor, refusedResponse, SessionCancelAnswer, SessionOrderAnswer } from "./answers.ts";

/** Longer than a command is worth logging: by then its outcome is known, or the log is away. */
const PATIENCE = 20_000;

/** Who a session's requests come from. */
export interface SessionSender {
  readonly principal: Principal;
  readonly sessionId: string;
  readonly accountId: string;
}

/** Checks the requests of an open session and hands them in; each gets exactly one answer at the door. */
export class SessionRequests {
  readonly #desk: OrderDesk;
  readonly #clock: Clock;
  readonly #door: AnswerDoor;
  readonly #sender: SessionSender;

  constructor(ports: { readonly desk: OrderDesk; readonly clock: Clock }, door: AnswerDoor, sender: SessionSender) {
    this.#desk = ports.desk;
    this.#clock = ports.clock;
    this.#door = door;
    this.#sender = sender;
  }

  take({ clientSequence, request }: TradeRequest): void {
    switch (request.case) {
      case "submit": {
        const { value } = request;
        const valid = isValidSubmit(value);
        if (!this.#passes(clientSequence, SubmitOrderRequestSchema, value, valid) || value.order === undefined) return;
        const answer = new SessionOrderAnswer(this.#door, clientSequence, "submitted");
        this.#desk.submit(this.#from(), this.#name(value.requestId), value.order, answer);
        return;
      }
      case "replace": {
        const { value } = request;
        if (!this.#passes(clientSequence, ReplaceOrderRequestSchema, value, isValidReplace(value))) return;
        const answer = new SessionOrderAnswer(this.#door, clientSequence, "replaced");
        this.#desk.replace(this.#from(), this.#name(value.requestId), replacementOf(value), answer);
        return;
      }
      case "cancel": {
        const { value } = request;
        if (!this.#passes(clientSequence, CancelOrderRequestSchema, value, isValidCancel(value))) return;
        const answer = new SessionOrderAnswer(this.#door, clientSequence, "canceled");
        this.#desk.cancel(this.#from(), this.#name(value.requestId), value.orderId, answer);
        return;
      }
      default:
        this.#takeOther(clientSequence, request);
    }
  }

  #takeOther(clientSequence: bigint, request: TradeRequest["request"]): void {
    switch (request.case) {
      case "submitMany": {
        const { value } = request;
        if (!this.#passes(clientSequence, SubmitOrdersRequestSchema, value, false)) return;
        submitBatch(this.#desk, this.#from(), this.#sender.accountId, value.entries, (response) =>
          this.#door.answer(clientSequence, { case: "submittedMany", value: response }),
        );
        return;
      }
      case "cancelMany": {
        const { value } = request;
        if (!this.#passes(clientSequence, CancelOrdersRequestSchema, value, isValidCancelMany(value))) return;
        const { instrumentId, side } = value;
        const cancel = { $typeName: "atlas.order.v1.CancelOrders", instrumentId, side } as const;
        const answer = new SessionCancelAnswer(this.#door, clientSequence);
        this.#desk.cancelMany(this.#from(), this.#name(value.requestId), cancel, answer);
        return;
      }
      case "heartbeat": {
        const time = timestampOf(Math.floor(this.#clock.now()));
        const value = { $typeName: "atlas.order.v1.Heartbeat", time } as const;
        this.#door.answer(clientSequence, { case: "heartbeat", value });
        return;
      }
      case "open":
        this.#refuse(clientSequence, invalidField("open", "is the first request, and only the first"));
        return;
      default:
        this.#refuse(clientSequence, invalidField("request", "must hold one of its requests"));
    }
  }

  /** Whether the request is well-formed and for the session's account; refused otherwise. */
  #passes(clientSequence: bigint, schema: DescMessage, request: OfAccount, valid: boolean): boolean {
    const refused = valid ? undefined : refuseInvalid(schema, request);
    if (refused !== undefined) return this.#refuse(clientSequence, refused);
    if (request.accountId === "" || request.accountId === this.#sender.accountId) return true;
    return this.#refuse(clientSequence, invalidField("account_id", "must be empty or the session's"));
  }

  #refuse(clientSequence: bigint, error: RefusalError): false {
    this.#door.answer(clientSequence, refusedResponse(error));
    return false;
  }

  #from(): Sender {
    const { principal, sessionId } = this.#sender;
    return { principal, sessionId, deadline: this.#clock.monotonic() + PATIENCE };
  }

  #name(requestId: string) {
    return { accountId: this.#sender.accountId, requestId };
  }
}

type OfAccount = Message & { readonly accountId: string };
