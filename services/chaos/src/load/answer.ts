import { Reason, ReasonSchema, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { SubmitOrdersResult } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { codeOf } from "@atlas/platform/refusal/reason-code";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Answer, toldOf } from "./asked.ts";

/** Reasons for which a request of this load may be refused for good. */
const USUAL: readonly Reason[] = [
  Reason.INSUFFICIENT_FUNDS,
  Reason.NOTIONAL_LIMIT,
  Reason.ORDER_CLOSED,
  Reason.REPLACE_PENDING,
  Reason.CANCEL_PENDING,
  Reason.NO_LIQUIDITY,
  Reason.COLLAR,
  Reason.CONFLICT,
  Reason.STALE_VERSION,
];

/**
 * A server that is stopping lets streams under way end and refuses new ones: nothing was done (RFC 9113, 8.7). The client's library
 * has no code for it and calls it internal.
 */
const REFUSED = "NGHTTP2_REFUSED_STREAM";

export function answerOfOrder(order: Order | undefined): Answer {
  return order === undefined
    ? { kind: "WRONG", text: "an answer without an order" }
    : { kind: "ORDER", order: toldOf(order) };
}

/** Of one order of a batch; `undefined`: the batch was answered without it. */
export function answerOfResult(entry: SubmitOrdersResult | undefined): Answer {
  const { result } = entry ?? {};
  return result?.case === "refusal" ? answerOfRefusal(result.value) : answerOfOrder(result?.value);
}

export function answerOfRefusal(refusal: Refusal): Answer {
  const { reason, orderId, message } = refusal;
  const code = codeOf(reason);
  const name = ReasonSchema.value[reason]?.localName ?? `${reason}`;
  if (code === Code.Unavailable || code === Code.ResourceExhausted) return { kind: "NOTHING", reason: name };
  if (code === Code.DeadlineExceeded) return { kind: "UNKNOWN", reason: name };
  if (USUAL.includes(reason)) return { kind: "REFUSED", reason, orderId };
  return { kind: "WRONG", text: `${name}: ${message}` };
}

/** What a call that failed tells its client. */
export function answerOfError(error: unknown): Answer {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return answerOfRefusal(refusal);
  const { code, message } = ConnectError.from(error);
  // A connection that broke says nothing of what was sent on it.
  const unknown = [Code.Unavailable, Code.DeadlineExceeded, Code.Canceled, Code.Aborted, Code.ResourceExhausted];
  if (unknown.includes(code)) return { kind: "UNKNOWN", reason: Code[code] ?? "" };
  if (message.includes(REFUSED)) return { kind: "NOTHING", reason: REFUSED };
  return { kind: "WRONG", text: message };
}
