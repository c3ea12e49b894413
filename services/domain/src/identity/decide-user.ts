import type { IdentityCommand } from "./identity-command.ts";
import { answered, type IdentityEvent } from "./identity-event.ts";
import { find, type IdentityState } from "./identity-state.ts";
import {
  canonicalGrants,
  canonicalRoles,
  GRANTS_PER_USER,
  type Grant,
  sameGrant,
  type User,
} from "./identity-terms.ts";

type Command<Type extends IdentityCommand["type"]> = Extract<IdentityCommand, { type: Type }>;

export function decideUser(state: IdentityState, command: Command<"CREATE_USER">, now: number): IdentityEvent {
  const { userId } = command;
  const roles = canonicalRoles(command.roles);
  const grants = canonicalGrants(command.grants);
  const existing = find(state.users, userId);
  if (existing === undefined) return changed({ userId, roles, grants, disabled: false, createdAt: now });
  const same = sameRoles(existing.roles, roles) && grants.every((grant) => holds(existing, grant));
  return same ? answered() : answered({ reason: "USER_DIFFERS", userId });
}

export function decideRoles(state: IdentityState, { userId, roles }: Command<"SET_ROLES">): IdentityEvent {
  const user = find(state.users, userId);
  if (user === undefined) return answered({ reason: "UNKNOWN_USER", userId });
  const next = canonicalRoles(roles);
  return sameRoles(user.roles, next) ? answered() : changed({ ...user, roles: next });
}

export function decideDisable(state: IdentityState, { userId }: Command<"DISABLE_USER">): IdentityEvent {
  const user = find(state.users, userId);
  if (user === undefined) return answered({ reason: "UNKNOWN_USER", userId });
  return user.disabled ? answered() : changed({ ...user, disabled: true });
}

export function decideGrant(state: IdentityState, { userId, grant }: Command<"GRANT_ACCOUNT">): IdentityEvent {
  const user = find(state.users, userId);
  if (user === undefined) return answered({ reason: "UNKNOWN_USER", userId });
  if (holds(user, grant)) return answered();
  if (user.grants.length >= GRANTS_PER_USER) return answered({ reason: "TOO_MANY_GRANTS", limit: GRANTS_PER_USER });
  return changed({ ...user, grants: canonicalGrants([...user.grants, grant]) });
}

export function decideGrantRevocation(state: IdentityState, command: Command<"REVOKE_GRANT">): IdentityEvent {
  const { userId, grant } = command;
  const user = find(state.users, userId);
  if (user === undefined) return answered({ reason: "UNKNOWN_USER", userId });
  if (!holds(user, grant)) return answered();
  return changed({ ...user, grants: user.grants.filter((held) => !sameGrant(held, grant)) });
}

function changed(user: User): IdentityEvent {
  return { type: "USER_CHANGED", user };
}

function holds(user: User, grant: Grant): boolean {
  return user.grants.some((held) => sameGrant(held, grant));
}

/** Both in canonical order. */
function sameRoles(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((role, index) => role === right[index]);
}
