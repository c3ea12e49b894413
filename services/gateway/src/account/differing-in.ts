import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";

/** Names the field that a repeat differs in, where there is but one that it can be; other errors pass as they are. */
export function differingIn(field: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof RefusalError) || error.refusal.reason !== Reason.REQUEST_ID_REUSED) throw error;
    throw new RefusalError({ ...error.refusal, field: error.refusal.field || field });
  };
}
