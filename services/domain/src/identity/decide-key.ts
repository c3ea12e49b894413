import type { IdentityCommand } from "./identity-command.ts";
import { answered, type IdentityEvent } from "./identity-event.ts";
import { find, type IdentityState } from "./identity-state.ts";
import { KEYS_PER_USER } from "./identity-terms.ts";

type Command<Type extends IdentityCommand["type"]> = Extract<IdentityCommand, { type: Type }>;

/** The same id with the same secret again has no effect; with another secret it is refused, for a secret is shown once. */
export function decideApiKey(state: IdentityState, command: Command<"CREATE_API_KEY">, now: number): IdentityEvent {
  const { keyId, userId, label, expiresAt, secretHash } = command;
  const user = find(state.users, userId);
  if (user === undefined) return answered({ reason: "UNKNOWN_USER", userId });
  if (user.disabled) return answered({ reason: "USER_DISABLED", userId });
  const existing = find(state.apiKeys, keyId);
  if (existing !== undefined) {
    const same = existing.userId === userId && existing.secretHash === secretHash;
    return same ? answered() : answered({ reason: "KEY_EXISTS", keyId });
  }
  if (countKeys(state, userId) >= KEYS_PER_USER) return answered({ reason: "TOO_MANY_KEYS", limit: KEYS_PER_USER });
  const apiKey = { keyId, userId, label, createdAt: now, expiresAt, revoked: false, secretHash };
  return { type: "API_KEY_CHANGED", apiKey };
}

export function decideKeyRevocation(state: IdentityState, { keyId }: Command<"REVOKE_API_KEY">): IdentityEvent {
  const apiKey = find(state.apiKeys, keyId);
  if (apiKey === undefined) return answered({ reason: "UNKNOWN_KEY", keyId });
  return apiKey.revoked ? answered() : { type: "API_KEY_CHANGED", apiKey: { ...apiKey, revoked: true } };
}

function countKeys(state: IdentityState, userId: string): number {
  let count = 0;
  for (const keys of state.apiKeys) {
    // any order: counted
    for (const key of keys.values()) if (key.userId === userId) count++;
  }
  return count;
}
