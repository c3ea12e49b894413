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
 * An account's events in a range, from what its owner and the store keep of it alone: however many come back at once, and however busy
 * the others of its shard are. While the store cannot be read, from the owner's last events of all accounts; rejects, with NOT_READY
 * while it is away, when these do not reach back so far.
 */
export function eventHistory(events: OrderEvents, shards: AccountShards, store: Store): EventHistory {
  const reads = storeReads(store);
  const kept = async (accountId: string, after: number, through: number, deadline: number) => {
    const request = { accountId, notBefore: cursorOf(shards.shardOf(accountId), through) };
    const bounds = { above: after, below: through + 1 };
    const found: OrderEvent[] = [];
    for await (const event of (await accountEvents(shards, reads, request, bounds, deadline)).events) {
      if (found.push(event) > MOST_EVENTS) return undefined;
    }
    return found.reverse();
  };
  return async (accountId, after, through, deadline) => {
    if (after >= through) return [];
    try {
      return await kept(accountId, after, through, deadline);
    } catch (error) {
      const recent = await events.between(accountId, after, through, deadline);
      if (recent === undefined) throw error;
      return recent;
    }
  };
}
