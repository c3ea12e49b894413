import { type Principal, PrincipalSchema, type User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import type { Caller } from "@atlas/platform/access/caller";
import { create } from "@bufbuild/protobuf";

/** A caller, and what it signed in by: rights and credential are looked at again as long as it stays. */
export interface SignedIn extends Caller {
  readonly credential: Credential;
}

export type Credential =
  | { readonly type: "API_KEY"; readonly keyId: string }
  /** `expiresAt` of the access token, in milliseconds since the epoch. */
  | { readonly type: "SESSION"; readonly sessionId: string; readonly expiresAt: number };

export function signedIn(user: User, credential: Credential): SignedIn {
  const keyId = credential.type === "API_KEY" ? credential.keyId : credential.sessionId;
  const principal: Principal = create(PrincipalSchema, { userId: user.userId, keyId });
  return { principal, user, internal: false, credential };
}
