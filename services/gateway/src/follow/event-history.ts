import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Store } from "@atlas/platform/ports/store";
import { accountEvents } from "@atlas/platform/query/account-events";
import type { AccountShards } from "@atlas/platform/query/account-shard";
import { cursorOf } from "@atlas/platform/query/cursor";
import { storeReads } from "@atlas/platform/query/store-reads";
import type { OrderEvents } from "./order-events.ts";

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
 * An account's events in a range: from the owner's memory if it has them, else from what it and the store keep. Rejects with
 * NOT_READY while the store cannot be asked.
 */
export function eventHistory(events: OrderEvents, shards: AccountShards, store: Store): EventHistory {
  const reads = storeReads(store);
  return async (accountId, after, through, deadline) => {
    const recent = await events.between(accountId, after, through, deadline);
    if (recent !== undefined) return recent;
    const request = { accountId, notBefore: cursorOf(shards.shardOf(accountId), through) };
    const kept = await accountEvents(shards, reads, request, through + 1, deadline);
    const found: OrderEvent[] = [];
    for await (const event of kept.events) {
      if (Number(event.sequence) <= after) break;
      if (found.push(event) > MOST_EVENTS) return undefined;
    }
    return found.reverse();
  };
}
