/** Roles on one account. */
export type AccountRole = "VIEWER" | "TRADER";

/** Roles for the whole platform. */
export type PlatformRole = "RISK_OFFICER" | "COMPLIANCE_OFFICER" | "OPERATOR" | "AUDITOR" | "ADMIN";

export interface Grant {
  readonly accountId: string;
  readonly role: AccountRole;
}

/** Times are milliseconds of log time; hashes are SHA-256 in lower-case hexadecimal. */
export interface User {
  readonly userId: string;
  /** In the order of their declaration, each once. */
  readonly roles: readonly PlatformRole[];
  /** By account, then role; each once. */
  readonly grants: readonly Grant[];
  readonly disabled: boolean;
  readonly createdAt: number;
}

export interface ApiKey {
  readonly keyId: string;
  readonly userId: string;
  readonly label: string;
  readonly createdAt: number;
  /** `undefined`: never by itself. */
  readonly expiresAt: number | undefined;
  readonly revoked: boolean;
  readonly secretHash: string;
}

export interface LoginLink {
  readonly tokenHash: string;
  readonly userId: string;
  readonly expiresAt: number;
}

/** A sign-in and all the refresh tokens that came of it, one after the other: their family. */
export interface Session {
  readonly sessionId: string;
  readonly userId: string;
  /** The one refresh token that works. */
  readonly refreshHash: string;
  readonly expiresAt: number;
  /** Oldest first, at most `SPENT_KEPT`. */
  readonly spentHashes: readonly string[];
}

/** Refresh tokens whose reuse ends the family: a week of one every ten minutes. */
export const SPENT_KEPT = 1_024;
/** A user may have so many keys, revoked ones included. */
export const KEYS_PER_USER = 1_000;
export const GRANTS_PER_USER = 10_000;

const ROLE_ORDER: readonly PlatformRole[] = ["RISK_OFFICER", "COMPLIANCE_OFFICER", "OPERATOR", "AUDITOR", "ADMIN"];

/** Each role once, in the order of their declaration. */
export function canonicalRoles(roles: readonly PlatformRole[]): readonly PlatformRole[] {
  return ROLE_ORDER.filter((role) => roles.includes(role));
}

/** Each grant once, by account, then role. */
export function canonicalGrants(grants: readonly Grant[]): readonly Grant[] {
  const sorted = [...grants].sort(compareGrants);
  return sorted.filter((grant, index) => index === 0 || compareGrants(grant, sorted[index - 1] as Grant) !== 0);
}

export function sameGrant(left: Grant, right: Grant): boolean {
  return compareGrants(left, right) === 0;
}

function compareGrants(left: Grant, right: Grant): number {
  if (left.accountId !== right.accountId) return left.accountId < right.accountId ? -1 : 1;
  if (left.role === right.role) return 0;
  return left.role === "VIEWER" ? -1 : 1;
}
