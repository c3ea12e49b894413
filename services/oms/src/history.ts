import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";

/** Events of accounts that the store's history lacks, by account and in sequence. */
export class UnstoredHistory {
  readonly #events = new Map<string, OrderEvent[]>();

  add(event: OrderEvent): void {
    const events = this.#events.get(event.accountId);
    if (events === undefined) this.#events.set(event.accountId, [event]);
    else events.push(event);
  }

  ofAccount(accountId: string): readonly OrderEvent[] {
    return this.#events.get(accountId) ?? [];
  }

  /** All of it as it is now, by account. */
  taken(): [string, readonly OrderEvent[]][] {
    return [...this.#events].map(([accountId, events]) => [accountId, [...events]]);
  }

  /** Forgets what is stored: everything through a sequence. */
  dropThrough(sequence: number): void {
    for (const [accountId, events] of this.#events) {
      const rest = events.filter((event) => Number(event.sequence) > sequence);
      if (rest.length === 0) this.#events.delete(accountId);
      else this.#events.set(accountId, rest);
    }
  }
}
