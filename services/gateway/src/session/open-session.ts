import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type OpenSession,
  OpenSessionSchema,
  OrderSessionService,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { accessOf } from "@atlas/platform/access/access-rule";
import type { Caller } from "@atlas/platform/access/caller";
import { refuseAccess } from "@atlas/platform/access/may-access";
import { refuseInvalid } from "@atlas/platform/access/validate";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";

const access = accessOf(OrderSessionService.method.trade);
const USUAL_HEARTBEAT = 5_000;

/** Why the session cannot be opened; `undefined`: it can. */
export function refuseOpening(open: OpenSession, caller: Caller): RefusalError | undefined {
  const invalid = refuseInvalid(OpenSessionSchema, open);
  if (invalid !== undefined) return invalid;
  const denied = access === undefined ? undefined : refuseAccess(caller, access, [open.accountId]);
  if (denied !== undefined) return denied;
  if (!open.cancelOnDisconnect) return undefined;
  return refusal(Reason.UNSUPPORTED, "cancel_on_disconnect does not exist yet", { field: "open.cancel_on_disconnect" });
}

/** Milliseconds between two signs of life. */
export function heartbeatOf({ heartbeat }: OpenSession): number {
  if (heartbeat === undefined) return USUAL_HEARTBEAT;
  return Number(heartbeat.seconds) * 1000 + Math.floor(heartbeat.nanos / 1_000_000);
}
