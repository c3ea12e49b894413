import {
  type CreateAccountRequest,
  type CreateAccountResponse,
  CreateAccountResponseSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { afterDecision } from "../intake/after-decision.ts";
import { decideForAccount } from "./account-command.ts";
import type { AccountContext } from "./account-context.ts";
import { differingIn } from "./differing-in.ts";

/** Opens an account and grants TRADER on it to the caller; a repeat finishes what an interrupted call has left. */
export async function createAccount(
  request: CreateAccountRequest,
  call: CallContext,
  context: AccountContext,
): Promise<CreateAccountResponse> {
  const ownerId = request.ownerId === "" ? call.principal.userId : request.ownerId;
  const value = { $typeName: "atlas.account.v1.CreateAccount", ownerId } as const;
  const command = { case: "createAccount", value } as const;
  const event = await decideForAccount(request, command, call, context).catch(differingIn("owner_id"));
  const notBefore = cursorOf(event.shard, event.sequence);
  const account = { $typeName: "atlas.account.v1.GetAccountRequest", accountId: request.accountId, notBefore } as const;
  const read = await afterDecision(async () => {
    await context.grantTrader(request.accountId, call);
    return context.queries.account(account, call.deadline);
  });
  return create(CreateAccountResponseSchema, { account: read.account });
}
