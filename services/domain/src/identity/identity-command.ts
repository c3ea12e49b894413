import type { Grant, PlatformRole } from "./identity-terms.ts";

/** What the identity shard is asked to do. Identifiers and hashes come from the gateway; decisions know no chance. */
export type IdentityCommand =
  | {
      readonly type: "CREATE_USER";
      readonly userId: string;
      readonly roles: readonly PlatformRole[];
      readonly grants: readonly Grant[];
    }
  | { readonly type: "SET_ROLES"; readonly userId: string; readonly roles: readonly PlatformRole[] }
  | { readonly type: "DISABLE_USER"; readonly userId: string }
  | { readonly type: "GRANT_ACCOUNT"; readonly userId: string; readonly grant: Grant }
  | { readonly type: "REVOKE_GRANT"; readonly userId: string; readonly grant: Grant }
  | {
      readonly type: "CREATE_API_KEY";
      readonly keyId: string;
      readonly userId: string;
      readonly label: string;
      readonly expiresAt: number | undefined;
      readonly secretHash: string;
    }
  | { readonly type: "REVOKE_API_KEY"; readonly keyId: string }
  | {
      readonly type: "CREATE_LOGIN_LINK";
      readonly userId: string;
      readonly tokenHash: string;
      readonly expiresAt: number;
    }
  | {
      readonly type: "REDEEM_LOGIN_LINK";
      readonly tokenHash: string;
      readonly sessionId: string;
      readonly refreshHash: string;
      readonly expiresAt: number;
    }
  | {
      readonly type: "ROTATE_REFRESH_TOKEN";
      readonly refreshHash: string;
      readonly nextHash: string;
      readonly expiresAt: number;
    }
  | { readonly type: "END_SESSION"; readonly sessionId: string };

/** Who asks, and until when; both may be absent: nobody has signed in yet, no limit. */
export interface IdentityRequest {
  readonly command: IdentityCommand;
  readonly principal: { readonly userId: string; readonly keyId: string } | undefined;
  readonly validUntil: number | undefined;
}
