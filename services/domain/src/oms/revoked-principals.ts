import type { Principal } from "./oms-command.ts";

/** Who is refused (S23). A user without a key stands for every key of the user. */
export class RevokedPrincipals {
  readonly #revoked = new Map<string, Principal>();

  add(principal: Principal): void {
    this.#revoked.set(nameOf(principal.userId, principal.keyId), principal);
  }

  has(principal: Principal): boolean {
    if (this.#revoked.size === 0) return false;
    const { userId, keyId } = principal;
    return this.#revoked.has(nameOf(userId, "")) || this.#revoked.has(nameOf(userId, keyId));
  }

  /** By user, then key. */
  all(): Principal[] {
    // any order: sorted at once
    return [...this.#revoked.values()].sort((left, right) => {
      if (left.userId !== right.userId) return left.userId < right.userId ? -1 : 1;
      return left.keyId < right.keyId ? -1 : 1;
    });
  }
}

/** Ids hold no line feed. */
function nameOf(userId: string, keyId: string): string {
  return `${userId}\n${keyId}`;
}
