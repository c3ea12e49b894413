import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";

/** A request came under another number than was due. */
export function gap(expected: bigint, received: bigint): RefusalError {
  return refusal(Reason.SEQUENCE_GAP, `client_sequence ${received} came where ${expected} was due`, {
    field: "client_sequence",
    facts: { expected: String(expected), received: String(received) },
  });
}

/** More waits for the client than a session has room for. */
export function tooSlow(): RefusalError {
  return refusal(Reason.BUSY, "the session is read too slowly: open another with the last cursor");
}

/** What came before cannot be told now. */
export function missed(): RefusalError {
  return refusal(Reason.NOT_READY, "reports were missed: open another session with the last cursor");
}
