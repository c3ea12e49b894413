import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type RefusalError, refusal } from "../refusal/refusal-error.ts";

/** Nobody can answer now; the same request may be sent again. */
export function notReady(message: string): RefusalError {
  return refusal(Reason.NOT_READY, message);
}
