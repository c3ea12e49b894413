import type { IdentityRefusal } from "@atlas/domain/identity/identity-event";
import { Reason, type Refusal, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { create } from "@bufbuild/protobuf";

type Text = readonly [reason: Reason, message: string, field?: string];

/** What a client is told. */
export function writeRefusal(refusal: IdentityRefusal): Refusal {
  const [reason, message, field = ""] = textOf(refusal);
  return create(RefusalSchema, { reason, message, field });
}

/** A command that no gateway of this version sends. */
export const MALFORMED = create(RefusalSchema, {
  reason: Reason.INVALID_FIELD,
  message: "the command lacks a field or holds one that is not known",
});

function textOf(refusal: IdentityRefusal): Text {
  switch (refusal.reason) {
    case "COMMAND_EXPIRED":
      return [Reason.COMMAND_EXPIRED, "the command reached its shard too late: send it again"];
    case "PRINCIPAL_ENDED":
      return [Reason.NOT_SIGNED_IN, "the key or its user has been revoked"];
    case "UNKNOWN_USER":
      return [Reason.UNKNOWN_IDENTITY, `there is no user ${refusal.userId}`, "user_id"];
    case "UNKNOWN_KEY":
      return [Reason.UNKNOWN_IDENTITY, `there is no key ${refusal.keyId}`, "key_id"];
    case "USER_DIFFERS":
      return [Reason.CONFLICT, `user ${refusal.userId} exists with other roles`, "roles"];
    case "USER_DISABLED":
      return [Reason.CONFLICT, `user ${refusal.userId} is disabled`, "user_id"];
    case "KEY_EXISTS":
      return [Reason.CONFLICT, `the request made key ${refusal.keyId}; its secret is shown once`, "request_id"];
    case "TOO_MANY_KEYS":
      return [Reason.CONFLICT, `the user has ${refusal.limit} keys, the most there may be`];
    case "TOO_MANY_GRANTS":
      return [Reason.CONFLICT, `the user has ${refusal.limit} grants, the most there may be`];
    case "LINK_SPENT":
      return [Reason.SPENT, "the login link is unknown, used or expired: ask for a new one"];
    case "NOT_SIGNED_IN":
      return [Reason.NOT_SIGNED_IN, "the refresh token is unknown or expired, or its session has ended: sign in again"];
  }
}
