import { GetAccountRequestSchema } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type GrantAccountRequest,
  type GrantAccountResponse,
  GrantAccountResponseSchema,
  type RevokeAccountGrantRequest,
  type RevokeAccountGrantResponse,
  RevokeAccountGrantResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { refuseHouseAccount } from "../refusal/house-names.ts";
import { ask, userAsIs } from "./asked.ts";
import type { IdentityContext } from "./identity-context.ts";

/** What is granted must exist: a slip of the pen would else give a right on whatever account comes to bear that name. */
export async function grantAccount(
  request: GrantAccountRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<GrantAccountResponse> {
  const { userId, grant } = request;
  const refused =
    grant?.role === Role.VIEWER ? undefined : refuseHouseAccount("grant.account_id", grant?.accountId ?? "");
  if (refused !== undefined) throw refused;
  await requireAccount(grant?.accountId ?? "", call.deadline, context);
  await ask({ case: "grantAccount", value: { userId, grant } }, call, context);
  return create(GrantAccountResponseSchema, { user: userAsIs(userId, context) });
}

export async function revokeAccountGrant(
  request: RevokeAccountGrantRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<RevokeAccountGrantResponse> {
  const { userId, grant } = request;
  await ask({ case: "revokeGrant", value: { userId, grant } }, call, context);
  return create(RevokeAccountGrantResponseSchema, { user: userAsIs(userId, context) });
}

/** Who opens an account trades on it (CONTRACT 2); no further effect when the caller may already. */
export async function grantTrader(
  accountId: string,
  call: Pick<CallContext, "principal" | "deadline">,
  context: Pick<IdentityContext, "intake" | "view">,
): Promise<void> {
  const { userId } = call.principal;
  const grant = { accountId, role: Role.TRADER };
  const held = context.view.user(userId)?.grants ?? [];
  if (held.some((one) => one.accountId === accountId && one.role === Role.TRADER)) return;
  await ask({ case: "grantAccount", value: { userId, grant } }, call, context);
}

async function requireAccount(accountId: string, deadline: number, { queries }: IdentityContext): Promise<void> {
  try {
    await queries.account(create(GetAccountRequestSchema, { accountId }), deadline);
  } catch (error) {
    if (!(error instanceof RefusalError) || error.refusal.reason !== Reason.UNKNOWN_ACCOUNT) throw error;
    throw refusal(Reason.UNKNOWN_ACCOUNT, `there is no account ${accountId}`, { field: "grant.account_id" });
  }
}
