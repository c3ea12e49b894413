import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Code } from "@connectrpc/connect";

/** The code that each reason is answered with, as refusal.proto states it; reasons of an order's end have none. */
const codes: Readonly<Record<number, Code>> = {
  [Reason.INVALID_FIELD]: Code.InvalidArgument,
  [Reason.UNKNOWN_FIELD]: Code.InvalidArgument,
  [Reason.OFF_TICK]: Code.InvalidArgument,
  [Reason.OFF_LOT]: Code.InvalidArgument,
  [Reason.IMPOSSIBLE_COMBINATION]: Code.InvalidArgument,
  [Reason.NOTIONAL_OUT_OF_BOUNDS]: Code.InvalidArgument,
  [Reason.TOO_LARGE]: Code.InvalidArgument,
  [Reason.REQUEST_ID_AHEAD]: Code.InvalidArgument,
  [Reason.BAD_PAGE_TOKEN]: Code.InvalidArgument,
  [Reason.NOT_SIGNED_IN]: Code.Unauthenticated,
  [Reason.NOT_ALLOWED]: Code.PermissionDenied,
  [Reason.TOKEN_REUSED]: Code.Unauthenticated,
  [Reason.LOCKED_OUT]: Code.ResourceExhausted,
  [Reason.FOREIGN_ORIGIN]: Code.PermissionDenied,
  [Reason.UNKNOWN_ACCOUNT]: Code.NotFound,
  [Reason.UNKNOWN_ORDER]: Code.NotFound,
  [Reason.UNKNOWN_INSTRUMENT]: Code.NotFound,
  [Reason.UNKNOWN_IDENTITY]: Code.NotFound,
  [Reason.UNKNOWN_TOPIC]: Code.NotFound,
  [Reason.INSUFFICIENT_FUNDS]: Code.FailedPrecondition,
  [Reason.QUANTITY_LIMIT]: Code.FailedPrecondition,
  [Reason.NOTIONAL_LIMIT]: Code.FailedPrecondition,
  [Reason.OPEN_ORDERS_LIMIT]: Code.FailedPrecondition,
  [Reason.UNSUPPORTED]: Code.FailedPrecondition,
  [Reason.ORDER_CLOSED]: Code.FailedPrecondition,
  [Reason.REPLACE_PENDING]: Code.FailedPrecondition,
  [Reason.CANCEL_PENDING]: Code.FailedPrecondition,
  [Reason.WOULD_TAKE]: Code.FailedPrecondition,
  [Reason.HALTED]: Code.FailedPrecondition,
  [Reason.NO_LIQUIDITY]: Code.FailedPrecondition,
  [Reason.CONFLICT]: Code.FailedPrecondition,
  [Reason.SPENT]: Code.FailedPrecondition,
  [Reason.AMOUNT_OUT_OF_RANGE]: Code.FailedPrecondition,
  [Reason.REQUEST_ID_REUSED]: Code.AlreadyExists,
  [Reason.STALE_VERSION]: Code.Aborted,
  [Reason.SEQUENCE_GAP]: Code.Aborted,
  [Reason.RATE_LIMIT]: Code.ResourceExhausted,
  [Reason.BUSY]: Code.ResourceExhausted,
  [Reason.STORAGE_FULL]: Code.ResourceExhausted,
  [Reason.OPEN_STREAMS_LIMIT]: Code.ResourceExhausted,
  [Reason.COMMAND_EXPIRED]: Code.Unavailable,
  [Reason.VENUE_AWAY]: Code.Unavailable,
  [Reason.NO_QUOTE]: Code.Unavailable,
  [Reason.NOT_READY]: Code.Unavailable,
  [Reason.OUTCOME_UNKNOWN]: Code.DeadlineExceeded,
  [Reason.LOOK_UP_FIRST]: Code.Unavailable,
  [Reason.CHECK_FAILED]: Code.Internal,
  [Reason.DEFECT]: Code.Internal,
};

/** A reason without a code of its own tells why an order ended: as a refusal it is a rule of the business. */
export function codeOf(reason: Reason): Code {
  return codes[reason] ?? Code.FailedPrecondition;
}
