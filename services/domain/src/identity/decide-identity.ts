import { decideApiKey, decideKeyRevocation } from "./decide-key.ts";
import { decideEnd, decideLink, decideRedeem, decideRotation } from "./decide-session.ts";
import { decideDisable, decideGrant, decideGrantRevocation, decideRoles, decideUser } from "./decide-user.ts";
import type { IdentityCommand, IdentityRequest } from "./identity-command.ts";
import { answered, type IdentityEvent, type IdentityRefusal } from "./identity-event.ts";
import { find, type IdentityState } from "./identity-state.ts";

/** The times of an input: as the log stamped it, and the running maximum of these (S8). Milliseconds. */
export interface InputTimes {
  readonly appendTime: number;
  readonly logTime: number;
}

/**
 * What becomes of a request, in the order of S5: its time, who asks, then the rules of its kind. Every command is safe to
 * repeat: what stands already as asked is answered without a refusal.
 */
export function decideIdentity(state: IdentityState, request: IdentityRequest, times: InputTimes): IdentityEvent {
  const refusal = refuseAsked(state, request, times);
  return refusal === undefined ? decideCommand(state, request.command, times.logTime) : answered(refusal);
}

function refuseAsked(state: IdentityState, request: IdentityRequest, times: InputTimes): IdentityRefusal | undefined {
  const { principal, validUntil } = request;
  if (validUntil !== undefined && times.appendTime > validUntil) return { reason: "COMMAND_EXPIRED" };
  if (principal === undefined) return undefined;
  const user = find(state.users, principal.userId);
  const key = find(state.apiKeys, principal.keyId);
  const keyEnded = key !== undefined && (key.revoked || (key.expiresAt ?? Number.MAX_SAFE_INTEGER) <= times.logTime);
  return user?.disabled === true || keyEnded ? { reason: "PRINCIPAL_ENDED" } : undefined;
}

function decideCommand(state: IdentityState, command: IdentityCommand, now: number): IdentityEvent {
  switch (command.type) {
    case "CREATE_USER":
      return decideUser(state, command, now);
    case "SET_ROLES":
      return decideRoles(state, command);
    case "DISABLE_USER":
      return decideDisable(state, command);
    case "GRANT_ACCOUNT":
      return decideGrant(state, command);
    case "REVOKE_GRANT":
      return decideGrantRevocation(state, command);
    case "CREATE_API_KEY":
      return decideApiKey(state, command, now);
    case "REVOKE_API_KEY":
      return decideKeyRevocation(state, command);
    case "CREATE_LOGIN_LINK":
      return decideLink(state, command);
    case "REDEEM_LOGIN_LINK":
      return decideRedeem(state, command, now);
    case "ROTATE_REFRESH_TOKEN":
      return decideRotation(state, command, now);
    case "END_SESSION":
      return decideEnd(state, command);
  }
}
