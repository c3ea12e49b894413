import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Evidence, OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { orderIdOf } from "@atlas/platform/text/order-id";
import type { CallContext } from "../call-context.ts";
import { contentDigest } from "../intake/content-digest.ts";
import { decide } from "../intake/decide.ts";
import { beforeLookUp, MOST_LOOK_UPS } from "../intake/look-ups.ts";
import { needsNoEvidence } from "../intake/request-time.ts";
import type { AccountContext } from "./account-context.ts";
import { conflictWith, isReused, type OwnContent } from "./differing-in.ts";

const NAMELESS = { orderId: "", evidence: undefined };

/** Sends a command about an account and waits for the event that decides it. */
export function decideForAccount(
  request: { readonly accountId: string; readonly requestId: string },
  command: OrderCommand["command"],
  call: CallContext,
  context: AccountContext,
  record: { readonly orderId: string; readonly evidence: Evidence | undefined } = NAMELESS,
): Promise<OrderEvent> {
  const { accountId, requestId } = request;
  const { principal, deadline } = call;
  return decide(context.intake, {
    ...{ accountId, requestId, principal, deadline, command, ...record },
    contentDigest: contentDigest(context.digest, command),
    sessionId: "",
    commandClass: "ADMIN",
  });
}

/** The same for what is made once for ever under its request id, so that the shard may want evidence (S18). */
export async function decideOnce(
  request: { readonly accountId: string; readonly requestId: string },
  command: OrderCommand["command"],
  call: CallContext,
  context: AccountContext,
  own: OwnContent,
): Promise<OrderEvent> {
  const { accountId, requestId } = request;
  const orderId = orderIdOf(context.digest, context.intake.shardOf(accountId), accountId, requestId);
  const read = () => context.queries.evidence(accountId, orderId);
  const lookUp = () => context.lookUps.read(accountId, "ADMIN", read);
  let evidence = needsNoEvidence(requestId, context.clock.now()) ? undefined : await lookUp();
  for (let attempt = 1; ; attempt++) {
    try {
      return await decideForAccount(request, command, call, context, { orderId, evidence });
    } catch (error) {
      if (isReused(error)) {
        const used = { accountId, requestId, key: orderId, notBefore: "" };
        throw conflictWith(await context.queries.settled(used, call.deadline), own, error);
      }
      const forgotten = error instanceof RefusalError && error.refusal.reason === Reason.LOOK_UP_FIRST;
      if (!forgotten || attempt > MOST_LOOK_UPS) throw error;
      await beforeLookUp(context.clock, evidence === undefined ? 0 : attempt);
      evidence = await lookUp();
    }
  }
}
