import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { IdentityView } from "./identity-view.ts";
import type { Credential, SignedIn } from "./signed-in.ts";

/** Why a credential does not work now, `now` being milliseconds since the epoch; `undefined`: it does. */
export function refuseCredential(
  view: IdentityView,
  userId: string,
  credential: Credential,
  now: number,
): RefusalError | undefined {
  const user = view.user(userId);
  if (user === undefined || user.disabled) return notSignedIn("the user is disabled");
  return credential.type === "API_KEY"
    ? refuseKey(view, userId, credential.keyId, now)
    : refuseSession(view, userId, credential, now);
}

/** Why a caller that was let in must go: its credential ended, or it lost a right that it had. */
export function refuseToStay(view: IdentityView, caller: SignedIn, now: number): RefusalError | undefined {
  const { userId } = caller.principal;
  const refused = refuseCredential(view, userId, caller.credential, now);
  if (refused !== undefined) return refused;
  const user = view.user(userId);
  if (user !== undefined && keepsRights(caller.user, user)) return undefined;
  return refusal(Reason.NOT_SIGNED_IN, "the user's rights have changed: call again");
}

export function notSignedIn(message: string): RefusalError {
  return refusal(Reason.NOT_SIGNED_IN, message);
}

function refuseKey(view: IdentityView, userId: string, keyId: string, now: number): RefusalError | undefined {
  const key = view.apiKey(keyId)?.apiKey;
  if (key === undefined || key.userId !== userId || key.revoked) return notSignedIn("the API key is revoked");
  const expiresAt = millisecondsOf(key.expireTime);
  return expiresAt !== undefined && expiresAt <= now ? notSignedIn("the API key has expired") : undefined;
}

function refuseSession(
  view: IdentityView,
  userId: string,
  credential: Extract<Credential, { type: "SESSION" }>,
  now: number,
): RefusalError | undefined {
  const session = view.session(credential.sessionId);
  if (session === undefined || session.userId !== userId) return notSignedIn("the session has ended");
  return credential.expiresAt <= now ? notSignedIn("the access token has expired: refresh it") : undefined;
}

function keepsRights(before: User, after: User): boolean {
  const granted = new Set(after.grants.map(({ accountId, role }) => `${role} ${accountId}`));
  return (
    before.roles.every((role) => after.roles.includes(role)) &&
    before.grants.every(({ accountId, role }) => granted.has(`${role} ${accountId}`))
  );
}
