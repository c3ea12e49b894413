import type { Limits } from "@atlas/gen/atlas/account/v1/account_pb";
import {
  type SetLimitsRequest,
  type SetLimitsResponse,
  SetLimitsResponseSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { afterDecision } from "../intake/after-decision.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import { decideOnce } from "./account-command.ts";
import type { AccountContext } from "./account-context.ts";
import type { OwnContent } from "./differing-in.ts";

const OWN: OwnContent = { field: "limits", isMadeByIt: (event) => event.case === "limitsSet" };

/** Puts limits in place; answers once they hold for every order decided from then on. */
export async function setLimits(
  request: SetLimitsRequest,
  call: CallContext,
  context: AccountContext,
): Promise<SetLimitsResponse> {
  const limits = request.limits;
  if (limits === undefined) throw invalidField("limits", "is required");
  checkOncePerInstrument(limits);
  const value = { $typeName: "atlas.account.v1.SetLimits", limits } as const;
  const command = { case: "setLimits", value } as const;
  const event = await decideOnce(request, command, call, context, OWN);
  const notBefore = cursorOf(event.shard, event.sequence);
  const { accountId } = request;
  const read = { $typeName: "atlas.account.v1.GetLimitsRequest", accountId, notBefore } as const;
  const answer = await afterDecision(() => context.queries.limits(read, call.deadline));
  return create(SetLimitsResponseSchema, { limits: answer.limits, cursor: answer.cursor });
}

function checkOncePerInstrument(limits: Limits): void {
  const seen = new Set<string>();
  for (const [index, { instrumentId }] of limits.quantityLimits.entries()) {
    if (seen.has(instrumentId)) {
      throw invalidField(`limits.quantity_limits[${index}].instrument_id`, "stands there twice");
    }
    seen.add(instrumentId);
  }
}
