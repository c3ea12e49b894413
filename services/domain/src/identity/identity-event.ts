import type { ApiKey, LoginLink, User } from "./identity-terms.ts";

/** Why the identity shard refuses; every member holds what explains it. */
export type IdentityRefusal =
  | { readonly reason: "COMMAND_EXPIRED" }
  /** The principal's user is disabled, or its key revoked or expired. */
  | { readonly reason: "PRINCIPAL_ENDED" }
  | { readonly reason: "UNKNOWN_USER"; readonly userId: string }
  | { readonly reason: "UNKNOWN_KEY"; readonly keyId: string }
  /** The user exists with other roles or grants. */
  | { readonly reason: "USER_DIFFERS"; readonly userId: string }
  | { readonly reason: "USER_DISABLED"; readonly userId: string }
  | { readonly reason: "KEY_EXISTS"; readonly keyId: string }
  | { readonly reason: "TOO_MANY_KEYS"; readonly limit: number }
  | { readonly reason: "TOO_MANY_GRANTS"; readonly limit: number }
  /** A login link that is unknown, used, expired, or of a disabled user: which of these is not told. */
  | { readonly reason: "LINK_SPENT" }
  /** A refresh token that is unknown, expired, or of a disabled user. */
  | { readonly reason: "NOT_SIGNED_IN" };

/** What the identity shard decided: one for each command. */
export type IdentityEvent =
  | { readonly type: "USER_CHANGED"; readonly user: User }
  | { readonly type: "API_KEY_CHANGED"; readonly apiKey: ApiKey }
  | { readonly type: "LOGIN_LINK_CREATED"; readonly link: LoginLink }
  | {
      readonly type: "SESSION_ADVANCED";
      readonly sessionId: string;
      readonly userId: string;
      /** The login link (`started`) or the refresh token that was spent. */
      readonly spentHash: string;
      readonly refreshHash: string;
      readonly expiresAt: number;
      readonly started: boolean;
    }
  | { readonly type: "SESSION_ENDED"; readonly sessionId: string; readonly tokenReused: boolean }
  /** Without a refusal: there was nothing to do. */
  | { readonly type: "ANSWERED"; readonly refusal: IdentityRefusal | undefined };

/** Nothing changes; without a refusal there was nothing to do. */
export function answered(refusal?: IdentityRefusal): IdentityEvent {
  return { type: "ANSWERED", refusal };
}
