import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import { type AccountRequest, type AccountShards, unknownAccount } from "./account-shard.ts";
import { cursorOf } from "./cursor.ts";
import { HISTORY_TABLE, sortable } from "./store-layout.ts";
import type { StoreReads } from "./store-reads.ts";

/** Items of the history read at a time. */
const ITEMS = 20;
/** The highest sequence that a page asks for. */
export const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** An account's events, newest first, and the position that they show. */
export interface AccountEvents {
  readonly cursor: string;
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
  return { cursor, events: newestFirst(store, accountId, events, below) };
}

async function* newestFirst(
  store: StoreReads,
  accountId: string,
  inMemory: readonly OrderEvent[],
  below: number,
): AsyncGenerator<OrderEvent> {
  let last = below;
  for (const event of inMemory.toReversed()) {
    if (Number(event.sequence) >= last) continue;
    last = Number(event.sequence);
    yield event;
  }
  let to = sortable(last);
  for (;;) {
    const items = await store.query(HISTORY_TABLE, { partition: accountId, to, limit: ITEMS, descending: true });
    for (const item of items) {
      for (const event of decode(StoredHistoryCodec, item.body).events.toReversed()) {
        if (Number(event.sequence) >= last) continue;
        last = Number(event.sequence);
        yield event;
      }
      to = item.sort;
    }
    if (items.length < ITEMS) return;
  }
}
