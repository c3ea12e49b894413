import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { naming } from "../intake/naming.ts";

/** Names the field that a repeat differs in, where there is but one that it can be; other errors pass as they are. */
export function differingIn(field: string): (error: unknown) => never {
  return (error) => {
    if (!isReused(error)) throw error;
    throw new RefusalError(naming(field, error.refusal));
  };
}

/** The field that can differ between two requests of a method, and how to know the event that one of them made. */
export interface OwnContent {
  readonly field: string;
  readonly isMadeByIt: (event: OrderEvent["event"]) => boolean;
}

/** The refusal of a request whose id was used with other content: `settled` is the event that it was used for, if it is known. */
export function conflictWith(settled: OrderEvent | undefined, own: OwnContent, refused: RefusalError): RefusalError {
  if (settled === undefined) return new RefusalError(naming("request_id", refused.refusal));
  if (own.isMadeByIt(settled.event)) return new RefusalError(naming(own.field, refused.refusal));
  const message = "the request id was used by another method";
  return new RefusalError({ ...refused.refusal, field: "request_id", message });
}

export function isReused(error: unknown): error is RefusalError {
  return error instanceof RefusalError && error.refusal.reason === Reason.REQUEST_ID_REUSED;
}
