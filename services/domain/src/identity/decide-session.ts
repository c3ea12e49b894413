import type { IdentityCommand } from "./identity-command.ts";
import { answered, type IdentityEvent } from "./identity-event.ts";
import { find, type IdentityState } from "./identity-state.ts";

type Command<Type extends IdentityCommand["type"]> = Extract<IdentityCommand, { type: Type }>;

export function decideLink(state: IdentityState, command: Command<"CREATE_LOGIN_LINK">): IdentityEvent {
  const { userId, tokenHash, expiresAt } = command;
  const user = find(state.users, userId);
  if (user === undefined) return answered({ reason: "UNKNOWN_USER", userId });
  if (user.disabled) return answered({ reason: "USER_DISABLED", userId });
  return { type: "LOGIN_LINK_CREATED", link: { tokenHash, userId, expiresAt } };
}

export function decideRedeem(state: IdentityState, command: Command<"REDEEM_LOGIN_LINK">, now: number): IdentityEvent {
  const { tokenHash, sessionId, refreshHash, expiresAt } = command;
  const link = find(state.loginLinks, tokenHash);
  if (link === undefined || link.expiresAt <= now || !maySignIn(state, link.userId)) {
    return answered({ reason: "LINK_SPENT" });
  }
  const { userId } = link;
  return { type: "SESSION_ADVANCED", sessionId, userId, spentHash: tokenHash, refreshHash, expiresAt, started: true };
}

/**
 * A refresh token works once. Spent before, somebody else has it too, and nobody can tell who: the session ends, and with
 * it every token that came of it (RFC 6819, 5.2.2.3).
 */
export function decideRotation(
  state: IdentityState,
  command: Command<"ROTATE_REFRESH_TOKEN">,
  now: number,
): IdentityEvent {
  const session = find(state.sessions, state.tokens.get(command.refreshHash) ?? "");
  if (session === undefined || session.expiresAt <= now || !maySignIn(state, session.userId)) {
    return answered({ reason: "NOT_SIGNED_IN" });
  }
  const { sessionId, userId, refreshHash } = session;
  if (refreshHash !== command.refreshHash) return { type: "SESSION_ENDED", sessionId, tokenReused: true };
  return {
    type: "SESSION_ADVANCED",
    sessionId,
    userId,
    spentHash: refreshHash,
    refreshHash: command.nextHash,
    expiresAt: command.expiresAt,
    started: false,
  };
}

export function decideEnd(state: IdentityState, { sessionId }: Command<"END_SESSION">): IdentityEvent {
  if (find(state.sessions, sessionId) === undefined) return answered();
  return { type: "SESSION_ENDED", sessionId, tokenReused: false };
}

function maySignIn(state: IdentityState, userId: string): boolean {
  return find(state.users, userId)?.disabled === false;
}
