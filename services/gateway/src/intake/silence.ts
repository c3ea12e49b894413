import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { Silence } from "./pending-command.ts";

/** What a caller is told instead of an outcome. Either is cured by sending the same again, with the same id. */
export function silenceRefusal(silence: Silence): RefusalError {
  if (silence === "OUTCOME_UNKNOWN") return outcomeUnknown();
  return refusal(Reason.NOT_READY, "the log cannot be reached: nothing was logged, send the same again", {
    retryAfter: { seconds: 1n, nanos: 0 },
  });
}

/** What had to be read or waited for first took longer than its caller waits. */
export function tooLate(): RefusalError {
  return notReady("it was ready to be sent only when nobody waited for it any more: nothing was done");
}

export function outcomeUnknown(): RefusalError {
  return refusal(Reason.OUTCOME_UNKNOWN, "the outcome did not come in time: send the same again to learn it");
}
