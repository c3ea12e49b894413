import type { AccountRole, PlatformRole } from "@atlas/domain/identity/identity-terms";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";

const ACCOUNT_ROLES: Readonly<Record<AccountRole, Role>> = { VIEWER: Role.VIEWER, TRADER: Role.TRADER };

const PLATFORM_ROLES: Readonly<Record<PlatformRole, Role>> = {
  RISK_OFFICER: Role.RISK_OFFICER,
  COMPLIANCE_OFFICER: Role.COMPLIANCE_OFFICER,
  OPERATOR: Role.OPERATOR,
  AUDITOR: Role.AUDITOR,
  ADMIN: Role.ADMIN,
};

export function writeRole(role: AccountRole | PlatformRole): Role {
  return role === "VIEWER" || role === "TRADER" ? ACCOUNT_ROLES[role] : PLATFORM_ROLES[role];
}

/** `undefined`: it is none that is granted on accounts. */
export function readAccountRole(role: Role): AccountRole | undefined {
  return keyOf(ACCOUNT_ROLES, role);
}

/** `undefined`: one of them is none for the whole platform. */
export function readPlatformRoles(roles: readonly Role[]): readonly PlatformRole[] | undefined {
  const read = roles.map((role) => keyOf(PLATFORM_ROLES, role));
  return read.every((role) => role !== undefined) ? (read as PlatformRole[]) : undefined;
}

function keyOf<Name extends string>(names: Readonly<Record<Name, Role>>, role: Role): Name | undefined {
  return (Object.keys(names) as Name[]).find((name) => names[name] === role);
}
