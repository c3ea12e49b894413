import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Store } from "@atlas/platform/ports/store";
import { accountEvents } from "@atlas/platform/query/account-events";
import type { AccountShards } from "@atlas/platform/query/account-shard";
import { cursorOf } from "@atlas/platform/query/cursor";
import { storeReads } from "@atlas/platform/query/store-reads";

/** The events of an account in a range of sequences, however old; `undefined`: not to be had now. */
export type EventHistory = (
  accountId: string,
  after: number,
  through: number,
  deadline: number,
) => Promise<readonly OrderEvent[] | undefined>;

/** A client that was away for longer reads its lists instead. */
const MOST_EVENTS = 100_000;

/**
 * An account's events in a range, from what its owner and the store keep of it alone: however many come back at once, and however busy
 * the others of its shard are. Rejects with NOT_READY while neither can be asked.
 */
export function eventHistory(shards: AccountShards, store: Store): EventHistory {
  const reads = storeReads(store);
  return async (accountId, after, through, deadline) => {
    if (after >= through) return [];
    const request = { accountId, notBefore: cursorOf(shards.shardOf(accountId), through) };
    const kept = await accountEvents(shards, reads, request, { above: after, below: through + 1 }, deadline);
    const found: OrderEvent[] = [];
    for await (const event of kept.events) if (found.push(event) > MOST_EVENTS) return undefined;
    return found.reverse();
  };
}
