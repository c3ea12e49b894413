import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Principal, User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  type IdentityCommand,
  IdentityCommandSchema,
  type IdentityEvent,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import type { IdentityContext } from "./identity-context.ts";

type Body = MessageInitShape<typeof IdentityCommandSchema>["command"];

/** Sends a command of somebody, or of nobody who has signed in yet, and waits for the event that decides it. */
export function ask(
  command: Body,
  call: { readonly deadline: number; readonly principal?: Principal },
  { intake }: Pick<IdentityContext, "intake">,
  requestId = "",
): Promise<IdentityEvent> {
  const { principal, deadline } = call;
  const message: IdentityCommand = create(IdentityCommandSchema, { requestId, principal, command });
  return intake.submit(message, deadline);
}

/** The user as the view shows it; every caller of this has had an event of the user's. */
export function userAsIs(userId: string, { view }: IdentityContext): User {
  const user = view.user(userId);
  if (user === undefined) throw unknownUser(userId);
  return user;
}

/** Whom a request about somebody's own things means: the caller, or by ADMIN anybody. */
export function subjectOf(userId: string, call: CallContext): string {
  if (userId === "" || userId === call.principal.userId) return call.principal.userId;
  if (!isAdmin(call)) throw refusal(Reason.NOT_ALLOWED, "needs ADMIN to act for another user", { field: "user_id" });
  return userId;
}

export function isAdmin(call: CallContext): boolean {
  return call.user.roles.includes(Role.ADMIN);
}

export function unknownUser(userId: string) {
  return refusal(Reason.UNKNOWN_IDENTITY, `there is no user ${userId}`, { field: "user_id" });
}
