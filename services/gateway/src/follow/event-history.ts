import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Store } from "@atlas/platform/ports/store";
import { accountEvents } from "@atlas/platform/query/account-events";
import type { AccountShards } from "@atlas/platform/query/account-shard";
import { cursorOf } from "@atlas/platform/query/cursor";
import { type StoreReads, storeReads } from "@atlas/platform/query/store-reads";
import type { EventRange } from "./events-between.ts";
import type { OrderEvents } from "./order-events.ts";

/**
 * The events of an account in a range of sequences, however old; `undefined`: they are more than `most`, or `over`: nobody waits for
 * them any more. Either way what would have been read of them is not.
 */
export type EventHistory = (
  range: EventRange,
  most: number,
  over: AbortSignal,
) => Promise<readonly OrderEvent[] | undefined>;

/**
 * An account's events in a range, from what its owner and the store keep of it alone: however many come back at once, and however busy
 * the others of its shard are. While the store cannot be read, from the owner's last events of all accounts, for one at a time of a shard;
 * rejects, with NOT_READY while it is away, when these do not reach back so far.
 */
export function eventHistory(orders: OrderEvents, shards: AccountShards, store: Store): EventHistory {
  /** By shard: resolves when nobody reads its owner's last events. */
  const reading = new Map<string, Promise<void>>();
  const kept = async (reads: StoreReads, range: EventRange, most: number, over: AbortSignal) => {
    const { accountId, after, through, deadline } = range;
    const request = { accountId, notBefore: cursorOf(shards.shardOf(accountId), through) };
    const bounds = { above: after, below: through + 1 };
    const found: OrderEvent[] = [];
    for await (const event of (await accountEvents(shards, reads, request, bounds, deadline)).events) {
      if (over.aborted) return undefined;
      if (found.push(event) > most) return undefined;
    }
    return found.reverse();
  };
  const recent = (range: EventRange, over: AbortSignal) => {
    const shard = shards.shardOf(range.accountId);
    const before = reading.get(shard) ?? Promise.resolve();
    const events = before.then(() => (over.aborted ? undefined : orders.between(range)));
    reading.set(shard, events.then(nothing, nothing));
    return events;
  };
  return async (range, most, over) => {
    if (range.after >= range.through) return [];
    const reads = noting(storeReads(store));
    try {
      return await kept(reads, range, most, over);
    } catch (error) {
      // An owner that is late would be later still if it told all that it has at hand to each who comes back.
      if (!reads.failed) throw error;
      const events = await recent(range, over);
      if (events === undefined) throw error;
      return events.length > most ? undefined : events;
    }
  };
}

/** Reads that remember whether one of them failed. */
function noting(reads: StoreReads): StoreReads & { readonly failed: boolean } {
  let failed = false;
  const note = (error: unknown) => {
    failed = true;
    throw error;
  };
  return {
    get: (table, key) => reads.get(table, key).catch(note),
    query: (table, query) => reads.query(table, query).catch(note),
    get failed() {
      return failed;
    },
  };
}

function nothing(): void {}
