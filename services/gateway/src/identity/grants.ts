import {
  type GrantAccountRequest,
  type GrantAccountResponse,
  GrantAccountResponseSchema,
  type RevokeAccountGrantRequest,
  type RevokeAccountGrantResponse,
  RevokeAccountGrantResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { ask, userAsIs } from "./asked.ts";
import type { IdentityContext } from "./identity-context.ts";

export async function grantAccount(
  request: GrantAccountRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<GrantAccountResponse> {
  const { userId, grant } = request;
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
