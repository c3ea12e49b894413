import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { isAway } from "@atlas/platform/ports/away";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { outcomeUnknown } from "./silence.ts";

/** Who is told one of these may take it that nothing was done. */
const NOTHING_DONE: readonly Reason[] = [Reason.NOT_READY, Reason.BUSY, Reason.STORAGE_FULL, Reason.COMMAND_EXPIRED];

/**
 * Does what is left to do when a command has been decided, such as to read what came of it. The decision stands: where that cannot be done
 * now, the caller is told that the outcome is not known, and never that nothing was done (I7).
 */
export async function afterDecision<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw saysNothingDone(error) ? outcomeUnknown() : error;
  }
}

function saysNothingDone(error: unknown): boolean {
  return error instanceof RefusalError ? NOTHING_DONE.includes(error.refusal.reason) : isAway(error);
}
