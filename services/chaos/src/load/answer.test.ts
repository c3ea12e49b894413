import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal, toConnectError } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { answerOfError } from "./answer.ts";

const told = (reason: Reason) => toConnectError(refusal(reason, "said", { orderId: "o1" }));

test.each([
  ["a refusal that passes did nothing", told(Reason.NOT_READY), "NOTHING"],
  ["too much at once did nothing", told(Reason.BUSY), "NOTHING"],
  ["an outcome that did not come in time", told(Reason.OUTCOME_UNKNOWN), "UNKNOWN"],
  ["a connection that broke", new ConnectError("broke", Code.Unavailable), "UNKNOWN"],
  ["nobody answered in time", new ConnectError("late", Code.DeadlineExceeded), "UNKNOWN"],
  [
    "a stream that a stopping server refused did nothing",
    new ConnectError("Stream closed with error code NGHTTP2_REFUSED_STREAM", Code.Internal),
    "NOTHING",
  ],
  [
    "a stream that broke otherwise",
    new ConnectError("Stream closed with error code NGHTTP2_PROTOCOL_ERROR", Code.Internal),
    "WRONG",
  ],
  ["a refusal for good", told(Reason.INSUFFICIENT_FUNDS), "REFUSED"],
  ["a defect", told(Reason.DEFECT), "WRONG"],
  ["a key that is not known", told(Reason.NOT_SIGNED_IN), "WRONG"],
  ["an order that the client was told of and is not known", told(Reason.UNKNOWN_ORDER), "WRONG"],
])("%s", (_, error, kind) => {
  expect(answerOfError(error).kind).toBe(kind);
});
