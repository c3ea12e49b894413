import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { notReady } from "../shard/not-ready.ts";
import { accountEvents, NO_BOUND } from "./account-events.ts";
import type { SettledRequest } from "./account-queries.ts";
import type { AccountShards } from "./account-shard.ts";
import { cursorOf } from "./cursor.ts";
import { REQUESTS_TABLE } from "./store-layout.ts";
import type { StoreReads } from "./store-reads.ts";

/** Events looked through for a request that the store does not show yet: more than an account has in the store's usual lag. */
const NEAR = 20_000;
/** Sequences above the event that settled a cancel of many within which the rest of its work is looked for at first, and at most. */
const FIRST_SPAN = 600;
const LAST_SPAN = 3_000_000;

/** See `AccountQueries.settled`. */
export async function settledEvent(
  shards: AccountShards,
  store: StoreReads,
  { accountId, requestId, key, notBefore }: SettledRequest,
  deadline: number,
): Promise<OrderEvent | undefined> {
  const item = await store.get(REQUESTS_TABLE, key);
  const below = item === undefined ? NO_BOUND : item.version + 1;
  const { events } = await accountEvents(shards, store, { accountId, notBefore }, { above: 0, below }, deadline);
  let seen = 0;
  for await (const event of events) {
    if (event.requestId === requestId) return event;
    seen++;
    if (item !== undefined || seen === NEAR) return undefined;
  }
  return undefined;
}

/** See `AccountQueries.canceledBy`. */
export async function canceledBy(
  shards: AccountShards,
  store: StoreReads,
  settled: OrderEvent,
  deadline: number,
): Promise<string[]> {
  for (let span = FIRST_SPAN; span < LAST_SPAN; span *= 8) {
    const orderIds = await canceledWithin(shards, store, settled, span, deadline);
    if (orderIds !== undefined) return orderIds;
  }
  throw notReady("what the request canceled cannot be read now");
}

/** `undefined`: the work reaches further. Its events follow one another, for no other input comes between its slices (S13). */
async function canceledWithin(
  shards: AccountShards,
  store: StoreReads,
  { accountId, commandId, shard, sequence }: OrderEvent,
  span: number,
  deadline: number,
): Promise<string[] | undefined> {
  const request = { accountId, notBefore: cursorOf(shard, sequence) };
  const bounds = { above: 0, below: Number(sequence) + span };
  const { events } = await accountEvents(shards, store, request, bounds, deadline);
  const orderIds: string[] = [];
  let found = false;
  for await (const event of events) {
    if (event.commandId !== commandId) {
      if (found) break;
      continue;
    }
    if (!found && !(event.event.case === "workAdvanced" && event.event.value.done)) return undefined;
    found = true;
    if (event.event.case === "cancelRequested") orderIds.push(event.orderId);
  }
  return orderIds.reverse();
}
