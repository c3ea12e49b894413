import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { decode } from "@atlas/gen/codec/codec";

/** An event as it stands on the log. */
export interface UnstoredEvent {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/** Events of accounts that the store's history lacks, by account and in sequence; bytes, for few are ever asked for. */
export class UnstoredHistory {
  readonly #events = new Map<string, UnstoredEvent[]>();

  add(accountId: string, sequence: number, bytes: Uint8Array): void {
    const events = this.#events.get(accountId);
    if (events === undefined) this.#events.set(accountId, [{ sequence, bytes }]);
    else events.push({ sequence, bytes });
  }

  ofAccount(accountId: string): OrderEvent[] {
    return (this.#events.get(accountId) ?? []).map(({ bytes }) => decode(OrderEventCodec, bytes));
  }

  /** All of it as it is now, by account. */
  taken(): [string, readonly UnstoredEvent[]][] {
    return [...this.#events].map(([accountId, events]) => [accountId, [...events]]);
  }

  /** Forgets what is stored: everything through a sequence. */
  dropThrough(through: number): void {
    for (const [accountId, events] of this.#events) {
      const rest = events.filter(({ sequence }) => sequence > through);
      if (rest.length === 0) this.#events.delete(accountId);
      else this.#events.set(accountId, rest);
    }
  }
}
