import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import { type AccountRequest, type AccountShards, unknownAccount } from "./account-shard.ts";
import { cursorOf } from "./cursor.ts";
import { HISTORY_ITEM_EVENTS, HISTORY_TABLE, sortable } from "./store-layout.ts";
import type { StoreReads } from "./store-reads.ts";

/** Items of the history read at a time, and at first: most who ask need the last few events only. */
const ITEMS = 20;
const FIRST_ITEMS = 3;
/**
 * Events of the owner's memory asked for at a time: while the store is behind it may hold some 100,000 of one account, and neither
 * side does anything else while it decodes, encodes and decodes again what one answer gives.
 */
const UNSTORED_EVENTS = 1_000;
/**
 * Events that one call of a list looks through, at most. Behind them it ends with a token, wherever that leaves its page: what a
 * client repeats goes on, however much an account has behind it.
 */
export const LISTED_EVENTS = 5_000;
/** The highest sequence that a page asks for. */
export const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** Which of an account's events: above one sequence and below another. */
export interface EventBounds {
  /** 0: from the first on. */
  readonly above: number;
  readonly below: number;
}

/** An account's events, newest first, and the position that they show. */
export interface AccountEvents {
  readonly cursor: string;
  /** Read as far as it is asked for; the first of them are there. */
  readonly events: AsyncIterable<OrderEvent>;
}

/** What the owner had in memory of an account's events below a sequence. */
interface Unstored {
  /** Newest first. */
  readonly events: readonly OrderEvent[];
  /** There are no others from it on. */
  readonly from: number;
  /** The owner had others below it. */
  readonly more: boolean;
  /** The store has everything through it. */
  readonly storedThrough: number;
  /** The sequence that the answer shows. */
  readonly sequence: bigint;
}

/**
 * The events of an account within bounds, newest first, each once: those that the owner still has in memory, then the
 * store's history, which nobody asks when memory reaches down to the bound. An event leaves memory when the store has it, so
 * nothing is missed by asking for what is older: an owner that has no more of it has stored it.
 */
export async function accountEvents(
  shards: AccountShards,
  store: StoreReads,
  request: AccountRequest,
  { above, below }: EventBounds,
  deadline: number,
): Promise<AccountEvents> {
  const { accountId } = request;
  const newest = await unstored(shards, request, below, deadline);
  const cursor = cursorOf(shards.shardOf(accountId), newest.sequence);
  // Who owns the shard by then has to know what the first answer showed (I20).
  const older = (from: number) => unstored(shards, { accountId, notBefore: cursor }, from, deadline);
  return { cursor, events: untilBound(newestFirst(store, accountId, newest, { above, older }), above) };
}

async function unstored(
  shards: AccountShards,
  request: AccountRequest,
  below: number,
  deadline: number,
): Promise<Unstored> {
  const { accountId } = request;
  const bounds = { beforeSequence: BigInt(below), limit: UNSTORED_EVENTS };
  const value = { $typeName: "atlas.operations.v1.EventsQuery", accountId, ...bounds } as const;
  const { result, sequence, storedSequence } = await shards.ask(request, { case: "events", value }, deadline);
  if (result.case !== "events") throw unknownAccount(accountId);
  const { events, more } = result.value;
  // Another owner may be ahead of the one that answered, and the store with it (I20): the page shows what its cursor says.
  const from = Number(events[0]?.sequence ?? Math.min(below, Number(sequence) + 1));
  return { events: events.toReversed(), from, more, storedThrough: Number(storedSequence), sequence };
}

async function* untilBound(events: AsyncIterable<OrderEvent>, above: number): AsyncGenerator<OrderEvent> {
  for await (const event of events) {
    if (Number(event.sequence) <= above) return;
    yield event;
  }
}

async function* newestFirst(
  store: StoreReads,
  accountId: string,
  newest: Unstored,
  { above, older }: { readonly above: number; readonly older: (from: number) => Promise<Unstored> },
): AsyncGenerator<OrderEvent> {
  let read = newest;
  yield* read.events;
  while (read.more) {
    read = await older(read.from);
    yield* read.events;
  }
  if (above < read.storedThrough) yield* storedNewestFirst(store, accountId, read.from);
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
  for (let limit = FIRST_ITEMS; ; limit = ITEMS) {
    const items = await store.query(HISTORY_TABLE, { partition: accountId, to, limit, descending: true });
    for (const { body, sort } of items) {
      to = sort;
      for (const event of decode(StoredHistoryCodec, body).events) {
        if (Number(event.sequence) < last) known.set(Number(event.sequence), event);
      }
    }
    const isEnd = items.length < limit;
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
