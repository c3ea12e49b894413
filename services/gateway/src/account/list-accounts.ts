import type { ListAccountsRequest, ListAccountsResponse } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { CallContext } from "../call-context.ts";

/** Who reads every account (CONTRACT 2). */
const READ_ALL: readonly Role[] = [Role.RISK_OFFICER, Role.COMPLIANCE_OFFICER, Role.AUDITOR, Role.ADMIN];

/** The accounts that the caller may see: those granted, or all by a platform-wide role. */
export function listAccounts(
  request: ListAccountsRequest,
  call: CallContext,
  queries: AccountQueries,
): Promise<ListAccountsResponse> {
  const { roles, grants } = call.user;
  const visible = roles.some((role) => READ_ALL.includes(role)) ? "all" : grants.map(({ accountId }) => accountId);
  return queries.accounts(request, visible, call.deadline);
}
