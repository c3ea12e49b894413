import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import { type AccountRequest, type AccountShards, unknownAccount } from "./account-shard.ts";
import { cursorOf } from "./cursor.ts";
import { HISTORY_ITEM_EVENTS, HISTORY_TABLE, sortable } from "./store-layout.ts";
import type { StoreReads } from "./store-reads.ts";

/** Items of the history read at a time. */
const ITEMS = 20;
/**
 * Events of the store that one call of a list looks through, at most. Behind them it ends with a token, wherever that leaves its page:
 * what a client repeats goes on, however much an account has behind it.
 */
export const LISTED_EVENTS = 5_000;
/** The highest sequence that a page asks for. */
export const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** An account's events, newest first, and the position that they show. */
export interface AccountEvents {
  readonly cursor: string;
  /** How many of the first are from the owner's memory: they are there, and the others are still to be read. */
  readonly inMemory: number;
  readonly events: AsyncIterable<OrderEvent>;
}

/**
 * The events of an account below a sequence, newest first, each once: those that the owner still has in memory, then the
 * store's history, which is read as far as it is asked for.
 */
export async function accountEvents(
  shards: AccountShards,
  store: StoreReads,
  request: AccountRequest,
  below: number,
  deadline: number,
): Promise<AccountEvents> {
  const { accountId } = request;
  const query = { case: "events", value: { $typeName: "atlas.operations.v1.EventsQuery", accountId } } as const;
  const response = await shards.ask(request, query, deadline);
  if (response.result.case !== "events") throw unknownAccount(accountId);
  const { events } = response.result.value;
  const cursor = cursorOf(shards.shardOf(accountId), response.sequence);
  // Another owner may be ahead of the one that answered, and the store with it (I20): the page shows what its cursor says.
  const bound = Math.min(below, Number(response.sequence) + 1);
  const newest = events.filter(({ sequence }) => Number(sequence) < bound).reverse();
  return { cursor, inMemory: newest.length, events: newestFirst(store, accountId, newest, bound) };
}

async function* newestFirst(
  store: StoreReads,
  accountId: string,
  inMemory: readonly OrderEvent[],
  below: number,
): AsyncGenerator<OrderEvent> {
  yield* inMemory;
  yield* storedNewestFirst(store, accountId, Number(inMemory.at(-1)?.sequence ?? below));
}

/**
 * What the store has of an account's events below a sequence, newest first, each once.
 *
 * Two owners may have cut the same events into different items (I20), so that one which begins earlier ends later. An item
 * holds events that follow one another: with as many known below an event as an item holds, none that is not read yet reaches
 * up to it.
 */
export async function* storedNewestFirst(
  store: StoreReads,
  accountId: string,
  below: number,
): AsyncGenerator<OrderEvent> {
  const known = new Map<number, OrderEvent>();
  let last = below;
  let to = sortable(below);
  for (;;) {
    const items = await store.query(HISTORY_TABLE, { partition: accountId, to, limit: ITEMS, descending: true });
    for (const { body, sort } of items) {
      to = sort;
      for (const event of decode(StoredHistoryCodec, body).events) {
        if (Number(event.sequence) < last) known.set(Number(event.sequence), event);
      }
    }
    const isEnd = items.length < ITEMS;
    const settled = isEnd ? known.size : Math.max(0, known.size - HISTORY_ITEM_EVENTS);
    const newest = [...known.keys()].sort((left, right) => right - left).slice(0, settled);
    for (const sequence of newest) {
      yield known.get(sequence) as OrderEvent;
      known.delete(sequence);
      last = sequence;
    }
    if (isEnd) return;
  }
}
