import { ListPostingsRequestSchema } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec, StoredOrderCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { StoredOrderSchema } from "@atlas/gen/atlas/log/v1/order_store_pb";
import { type OrderEntry, type ReadRequest, ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { type Order, OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { ListFillsRequestSchema, ListOrdersRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import type { Store } from "../ports/store.ts";
import type { RefusalError } from "../refusal/refusal-error.ts";
import { LISTED_EVENTS, NO_BOUND } from "./account-events.ts";
import { AccountShards } from "./account-shard.ts";
import { listFills, listPostings } from "./list-history.ts";
import { listOrders, matches } from "./list-orders.ts";
import { pageToken as tokenOf } from "./page.ts";
import { HISTORY_ITEM_EVENTS, HISTORY_TABLE, ORDERS_TABLE, sortable } from "./store-layout.ts";

const accountId = "ada";
/** Events that the store shows; the owner has as many more in memory as no call may read of the store. */
const STORED = 3 * LISTED_EVENTS;
const THROUGH = STORED + LISTED_EVENTS + 10;
/** Where what is asked for stands, newest first: in memory, at the store's end, right behind the first call's, far behind, at the end. */
const WANTED = [STORED + 20, STORED - 30, STORED - LISTED_EVENTS, LISTED_EVENTS + 40, 20];
/** An order that is open still, which the owner tells of, between two that the store has. */
const OPEN = LISTED_EVENTS + 50;
const START = 1_700_000_000_000;

let store: Store;
let memory: OrderEvent[];
/** Events that the call under way has read of the store. */
let read = 0;

beforeAll(async () => {
  store = memoryStore({ clock: manualClock() });
  for (let first = 1; first <= STORED; first += HISTORY_ITEM_EVENTS) {
    const events = eventsOf(first, first + HISTORY_ITEM_EVENTS - 1);
    const body = encode(StoredHistoryCodec, { $typeName: "atlas.log.v1.StoredHistory", events });
    const place = { key: `ada/${first}`, partition: accountId, sort: sortable(first) };
    await store.put(HISTORY_TABLE, { ...place, version: first + HISTORY_ITEM_EVENTS - 1, body });
  }
  for (let sequence = 10; sequence <= STORED; sequence += 10) {
    const { order, acceptedSequence } = entryAt(sequence);
    const stored = create(StoredOrderSchema, { acceptedSequence, ...(order && { order }) });
    const body = encode(StoredOrderCodec, stored);
    const place = { key: `o-${sequence}`, partition: accountId, sort: sortable(sequence) };
    await store.put(ORDERS_TABLE, { ...place, version: 2, body });
  }
  memory = eventsOf(STORED + 1, THROUGH);
});

function eventsOf(first: number, last: number): OrderEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => eventAt(first + index));
}

/** Every tenth makes an order and moves money, and the fifth behind it fills it. */
function eventAt(sequence: number): OrderEvent {
  const of = sequence - (sequence % 10);
  const fill = { executionId: `f-${of}`, instrumentId: WANTED.includes(of) ? "BTC-USD" : "ETH-USD" };
  const order = { orderId: `o-${of}`, accountId, createTime: timestampFromMs(START + of) };
  return create(OrderEventSchema, {
    ...{ accountId, shard: "oms/0", sequence: BigInt(sequence), occurredAt: timestampFromMs(START + sequence) },
    ...(sequence === of && {
      event: { case: "orderAccepted", value: { order } },
      postings: [{ accountId, asset: WANTED.includes(of) ? "BTC" : "USD" }],
    }),
    ...(sequence === of + 5 && { event: { case: "orderFilled", value: { fill } } }),
  });
}

function entryAt(sequence: number): OrderEntry {
  const ended = WANTED.includes(sequence) ? OrderStatus.FILLED : OrderStatus.CANCELED;
  const order: Order = create(OrderSchema, {
    ...{ orderId: `o-${sequence}`, accountId, version: 2n, createTime: timestampFromMs(START + sequence) },
    status: sequence === OPEN ? OrderStatus.LIVE : ended,
  });
  return { $typeName: "atlas.operations.v1.OrderEntry", order, acceptedSequence: BigInt(sequence) };
}

/** The owner: it has what the store does not show, and what is open. */
async function answer({ query }: ReadRequest) {
  const sequence = BigInt(THROUGH);
  if (query.case === "events") {
    const { beforeSequence, limit } = query.value;
    const older = memory.filter((event) => event.sequence < beforeSequence);
    const value = { events: older.slice(-limit), more: older.length > limit };
    return create(ReadResponseSchema, { sequence, storedSequence: BigInt(STORED), result: { case: "events", value } });
  }
  if (query.case !== "orders") throw new Error(`nobody asks for ${query.case} here`);
  const { filter, beforeSequence } = query.value;
  const before = beforeSequence === 0n ? NO_BOUND : Number(beforeSequence);
  const known = [STORED + 20, OPEN].filter((accepted) => accepted < before).map(entryAt);
  const entries = known.filter(({ order }) => order && filter && matches(order, filter));
  return create(ReadResponseSchema, { sequence, result: { case: "orders", value: { entries } } });
}

const never = { follow: () => ({ close: () => undefined }), resend: () => Promise.reject(new Error("never")) };
const shards = new AccountShards({ client: () => ({ read: answer, ...never }) }, 1);

/** Every page of a list, by what names its entries; no call reads more of the store than it may. */
async function pages(list: (pageToken: string) => Promise<{ names: string[]; next: string }>): Promise<string[][]> {
  const found: string[][] = [];
  let pageToken = "";
  do {
    read = 0;
    const { names, next } = await list(pageToken);
    found.push(names);
    // It reads some items at a time.
    expect(read).toBeLessThanOrEqual(LISTED_EVENTS + 20 * HISTORY_ITEM_EVENTS);
    expect(next === "" || next !== pageToken).toBe(true);
    pageToken = next;
  } while (pageToken !== "");
  return found;
}

const counted: Pick<Store, "get" | "query"> = {
  get: (table, key) => store.get(table, key),
  query: async (table, query) => {
    const items = await store.query(table, query);
    read += items.length * HISTORY_ITEM_EVENTS;
    return items;
  },
};

const named = (prefix: string, sequences: readonly number[]) => sequences.map((sequence) => `${prefix}-${sequence}`);

describe("S27: one call reads so much of an account's history, and the next goes on", () => {
  test.each([100, 1])("fills of an instrument, %i a page", async (pageSize) => {
    const found = await pages(async (pageToken) => {
      const request = create(ListFillsRequestSchema, { accountId, instrumentId: "BTC-USD", pageSize, pageToken });
      const { fills, nextPageToken: next } = await listFills(shards, counted, request, 1);
      return { names: fills.map(({ executionId }) => executionId), next };
    });
    expect(found.flat()).toEqual(named("f", WANTED));
  });

  test.each([100, 1])("postings of an asset, %i a page", async (pageSize) => {
    const found = await pages(async (pageToken) => {
      const request = create(ListPostingsRequestSchema, { accountId, asset: "BTC", pageSize, pageToken });
      const { postings, nextPageToken: next } = await listPostings(shards, counted, request, 1);
      return { names: postings.map(({ sequence }) => `p-${sequence}`), next };
    });
    expect(found.flat()).toEqual(named("p", WANTED));
  });

  test.each([100, 1])(
    "orders in a status, those between them that the owner tells of in their places, %i a page",
    async (pageSize) => {
      const statuses = [OrderStatus.FILLED, OrderStatus.LIVE];
      const found = await pages(async (pageToken) => {
        const request = create(ListOrdersRequestSchema, { accountId, statuses, pageSize, pageToken });
        const { orders, nextPageToken: next } = await listOrders(shards, counted, request, 1);
        return { names: orders.map(({ orderId }) => orderId), next };
      });
      const due = [...WANTED, OPEN].sort((left, right) => right - left);
      expect(found.flat()).toEqual(named("o", due));
    },
  );

  test.each(["", "7", "-7.0", "7.5.0", "1e400.0", "9007199254740993.0", "seven.0", "7.-1"])(
    "a token that names no place in the list is refused: %j",
    async (position) => {
      const pageToken = tokenOf(["fills", accountId, "", "", "", ""], position);
      const request = create(ListFillsRequestSchema, { accountId, pageToken });
      const told = await listFills(shards, counted, request, 1).catch(
        (error) => (error as RefusalError).refusal.reason,
      );
      expect(told).toBe(Reason.BAD_PAGE_TOKEN);
    },
  );

  test("orders and fills made before a time: pages are empty until they reach it", async () => {
    const endTime = timestampFromMs(START + 30);
    const orders = await pages(async (pageToken) => {
      const request = create(ListOrdersRequestSchema, { accountId, endTime, pageToken });
      const { orders, nextPageToken: next } = await listOrders(shards, counted, request, 1);
      return { names: orders.map(({ orderId }) => orderId), next };
    });
    expect([orders[0], orders.at(-1)]).toEqual([[], ["o-20", "o-10"]]);
    const fills = await pages(async (pageToken) => {
      const request = create(ListFillsRequestSchema, { accountId, endTime, pageToken });
      const { fills, nextPageToken: next } = await listFills(shards, counted, request, 1);
      return { names: fills.map(({ executionId }) => executionId), next };
    });
    expect([fills[0], fills.flat()]).toEqual([[], ["f-20", "f-10", "f-0"]]);
  });
});
