import { Reason, type Refusal, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { isAway } from "../ports/away.ts";
import { codeOf } from "./reason-code.ts";

/** What a refusal says besides reason and sentence. */
export type RefusalFields = Omit<MessageInitShape<typeof RefusalSchema>, "$typeName" | "reason" | "message">;

/** A refusal on its way to the client: thrown by handlers, turned into an error with its detail at the edge. */
export class RefusalError extends Error {
  override name = "RefusalError";
  readonly refusal: Refusal;
  /** What the call ends with. */
  readonly code: Code;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
    this.code = codeOf(refusal.reason);
  }
}

/** `throw refusal(Reason.UNKNOWN_ORDER, "no order o-1 in account demo", { field: "order_id" })` */
export function refusal(reason: Reason, message: string, fields: RefusalFields = {}): RefusalError {
  return new RefusalError(create(RefusalSchema, { ...fields, reason, message: message.toWellFormed() }));
}

/**
 * The error that a client gets. Storage that is away is said to be so; what else is no refusal is a defect, of which nothing is told; Connect's own errors (a
 * deadline, a client that went away, a message that is too large) pass as they are.
 */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof RefusalError) {
    return new ConnectError(
      error.message,
      error.code,
      undefined,
      [{ desc: RefusalSchema, value: error.refusal }],
      error,
    );
  }
  if (error instanceof ConnectError && !isForeign(error)) return error;
  if (isAway(error)) {
    return toConnectError(
      refusal(Reason.NOT_READY, "the platform's storage cannot be reached now: send the same again"),
    );
  }
  const defect = refusal(Reason.DEFECT, "internal error");
  return new ConnectError(
    defect.message,
    Code.Internal,
    undefined,
    [{ desc: RefusalSchema, value: defect.refusal }],
    error,
  );
}

/** An error that came from another server by a client of ours is no answer to who called us. */
function isForeign(error: ConnectError): boolean {
  return error.code === Code.Internal || error.code === Code.Unknown || error.code === Code.DataLoss;
}

/** The refusal that a client's error carries, if any. */
export function refusalOf(error: unknown): Refusal | undefined {
  return ConnectError.from(error).findDetails(RefusalSchema)[0];
}
