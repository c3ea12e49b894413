import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Access, Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { type RefusalError, refusal } from "../refusal/refusal-error.ts";
import type { Caller } from "./caller.ts";

/** Platform-wide roles that see every account: what exists is no secret to them. */
const SEES_ACCOUNTS: readonly Role[] = [Role.RISK_OFFICER, Role.COMPLIANCE_OFFICER, Role.AUDITOR, Role.ADMIN];

/**
 * Why the caller may not do this, or `undefined`. Platform-wide roles count for every account, granted ones for the
 * accounts that the request names. A request that names none is left to its method. An account of which the caller holds
 * nothing does not exist for them: NOT_FOUND, not PERMISSION_DENIED (I26).
 */
export function refuseAccess(
  caller: Caller | undefined,
  rule: Access,
  accountIds: readonly string[],
): RefusalError | undefined {
  if (rule.anonymous) return undefined;
  if (caller === undefined) return refusal(Reason.NOT_SIGNED_IN, "sign in first");
  if (rule.internal) return caller.internal ? undefined : refusal(Reason.NOT_ALLOWED, "only the platform itself may");
  if (rule.signedIn || caller.user.roles.some((role) => rule.roles.includes(role))) return undefined;
  if (rule.accountField === "") return lacksRole(rule);
  for (const accountId of accountIds) {
    const denied = refuseAccount(caller, rule, accountId);
    if (denied !== undefined) return denied;
  }
  return undefined;
}

function refuseAccount(caller: Caller, rule: Access, accountId: string): RefusalError | undefined {
  const held = caller.user.grants.filter((grant) => grant.accountId === accountId).map((grant) => grant.role);
  if (held.some((role) => rule.roles.includes(role))) return undefined;
  if (held.length > 0 || caller.user.roles.some((role) => SEES_ACCOUNTS.includes(role))) return lacksRole(rule);
  return refusal(Reason.UNKNOWN_ACCOUNT, `no account ${accountId}`, { field: rule.accountField });
}

function lacksRole(rule: Access): RefusalError {
  const names = rule.roles.map((role) => Object.entries(Role).find(([, value]) => value === role)?.[0] ?? String(role));
  return refusal(Reason.NOT_ALLOWED, `needs ${names.join(" or ")}`);
}
