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

  /** An account's newest events below a sequence, at most `limit`, and whether it has older ones. Only what is given is decoded. */
  ofAccount(accountId: string, below: number, limit: number): { events: OrderEvent[]; more: boolean } {
    const known = this.#events.get(accountId) ?? [];
    const end = countBelow(known, below);
    const start = Math.max(0, end - limit);
    const events = known.slice(start, end).map(({ bytes }) => decode(OrderEventCodec, bytes));
    return { events, more: start > 0 };
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

/** How many events, which are in sequence, are below a sequence. */
function countBelow(events: readonly UnstoredEvent[], below: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle] as UnstoredEvent).sequence < below) low = middle + 1;
    else high = middle;
  }
  return low;
}
