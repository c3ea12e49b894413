import { type OrderEvent, OrderEventSchema, OrderFilledSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { ListFillsRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import type { Store } from "../ports/store.ts";
import { accountEvents, LISTED_EVENTS, NO_BOUND } from "./account-events.ts";
import { AccountShards } from "./account-shard.ts";
import { listFills } from "./list-history.ts";
import { HISTORY_TABLE, sortable } from "./store-layout.ts";
import { OwnerMemory } from "./testing/owner-memory.ts";

/** Sequences from one up to another. */
type Span = readonly [first: number, last: number];

function eventsOf([first, last]: Span): OrderEvent[] {
  const sequences = Array.from({ length: last - first + 1 }, (_, index) => BigInt(first + index));
  return sequences.map((sequence) => create(OrderEventSchema, { accountId: "ada", shard: "oms/0", sequence }));
}

/** What a reader gets of items that were stored and of what the owner still has in memory. */
async function read(
  items: readonly Span[],
  inMemory: readonly OrderEvent[],
  below: number,
  through = 1_000,
): Promise<number[]> {
  const store = memoryStore({ clock: manualClock() });
  for (const span of items) {
    const body = encode(StoredHistoryCodec, { $typeName: "atlas.log.v1.StoredHistory", events: eventsOf(span) });
    const [first, last] = span;
    const item = { key: `ada/${first}`, partition: "ada", sort: sortable(first), version: last, body };
    await store.put(HISTORY_TABLE, item);
  }
  const answer = create(ReadResponseSchema, {
    sequence: BigInt(through),
    storedSequence: BigInt(through - inMemory.length),
    result: { case: "events", value: { events: [...inMemory] } },
  });
  const silent = { follow: () => ({ close: () => undefined }), resend: () => Promise.reject(new Error("never")) };
  const client = { read: async () => answer, ...silent };
  const shards = new AccountShards({ client: () => client }, 1);
  const { events } = await accountEvents(shards, store, { accountId: "ada", notBefore: "" }, { above: 0, below }, 0);
  const read: number[] = [];
  for await (const { sequence } of events) read.push(Number(sequence));
  return read;
}

/** Items of one event each. */
function singles(first: number, last: number): Span[] {
  return eventsOf([first, last]).map(({ sequence }) => [Number(sequence), Number(sequence)]);
}

const HISTORIES: readonly [string, Span[]][] = [
  ["one owner's items", [[1, 100], [101, 130], ...singles(131, 160)]],
  [
    "two owners', cut differently",
    [
      [1, 40],
      [1, 90],
      [30, 60],
      [61, 160],
    ],
  ],
  [
    "one that begins earlier and ends later",
    [
      [1, 20],
      [21, 40],
      [24, 34],
      [41, 160],
    ],
  ],
  ["one that reaches over more than are read at a time", [[1, 50], [51, 150], ...singles(60, 100), [151, 160]]],
  ["one that ends at the newest, over all that another wrote", [[1, 60], [61, 160], ...singles(62, 159)]],
];

describe.each(HISTORIES)("I20, S27: a history of %s is read newest first, each event once", (_, items) => {
  test.each([
    ["all of it", NO_BOUND, 160],
    ["below a sequence", 97, 96],
  ])("%s", async (_name, below, newest) => {
    const due = Array.from({ length: newest }, (_unused, index) => newest - index);
    expect(await read(items, [], below)).toEqual(due);
  });

  test("behind what the owner still has in memory", async () => {
    const due = Array.from({ length: 170 }, (_unused, index) => 170 - index);
    expect(await read(items, eventsOf([155, 170]), NO_BOUND)).toEqual(due);
  });
});

test("I20: what another owner has put into the store beyond the one that answers is not told", async () => {
  expect(
    await read(
      [
        [1, 100],
        [101, 160],
      ],
      [],
      NO_BOUND,
      120,
    ),
  ).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
});

describe("F6: of many events that the store lacks", () => {
  const UNSTORED = 100_000;
  /** The event whose fill is of another instrument. */
  const RARE = 7;
  /** Far more than a page needs, far fewer than there are. */
  const FEW = 2_000;
  const newestFirst = Array.from({ length: UNSTORED }, (_, index) => UNSTORED - index);
  let fills: OrderEvent[];
  let store: Store;
  let owner: OwnerMemory;

  beforeAll(() => {
    fills = eventsOf([1, UNSTORED]);
    for (const event of fills) {
      const instrumentId = event.sequence === BigInt(RARE) ? "BTC-USD" : "ETH-USD";
      const value = create(OrderFilledSchema, { fill: { executionId: `f-${event.sequence}`, instrumentId } });
      event.event = { case: "orderFilled", value };
    }
  });

  beforeEach(() => {
    store = memoryStore({ clock: manualClock() });
    owner = new OwnerMemory("ada", store, fills);
  });

  const given = () => owner.given.reduce((sum, count) => sum + count, 0);

  async function page(pageToken: string, pageSize: number, instrumentId = "") {
    const request = create(ListFillsRequestSchema, { accountId: "ada", instrumentId, pageSize, pageToken });
    const response = await listFills(owner.shards, store, request, 1);
    const found = response.fills.map(({ executionId }) => Number(executionId.slice(2)));
    return { found, next: response.nextPageToken };
  }

  async function pages(pageSize: number, instrumentId = ""): Promise<number[]> {
    const sequences: number[] = [];
    let last = await page("", pageSize, instrumentId);
    sequences.push(...last.found);
    while (last.next !== "") {
      last = await page(last.next, pageSize, instrumentId);
      sequences.push(...last.found);
    }
    return sequences;
  }

  test("a page asks for few", async () => {
    const { found } = await page("", 100);
    expect(found).toEqual(newestFirst.slice(0, 100));
    expect(given()).toBeLessThanOrEqual(FEW);
  });

  test("one that finds nothing ends where it would in the store, and the next goes on", async () => {
    const { found, next } = await page("", 100, "BTC-USD");
    expect(found).toEqual([]);
    expect(next).not.toBe("");
    expect(given()).toBeLessThanOrEqual(LISTED_EVENTS + FEW);
    expect(await pages(100, "BTC-USD")).toEqual([RARE]);
  });

  test("no answer gives many, and page by page every one comes once", async () => {
    expect(await pages(1_000)).toEqual(newestFirst);
    expect(Math.max(...owner.given)).toBeLessThanOrEqual(FEW);
  });

  test.each([
    ["a little each time", 300],
    ["more than is left to tell", 60_000],
  ])("every one comes once while the owner stores some at each question: %s", async (_, atOnce) => {
    let stored = 0;
    owner.asked = async () => {
      stored = Math.min(UNSTORED, stored + atOnce);
      await owner.storeThrough(stored);
    };
    expect(await pages(1_000)).toEqual(newestFirst);
  });

  test("the store is not asked for what the owner has in memory", async () => {
    await owner.storeThrough(90_000);
    const unread = { get: () => away(), query: () => away() };
    const away = () => Promise.reject(new Error("the store is away"));
    const read = async (above: number) => {
      const bounds = { above, below: NO_BOUND };
      const { events } = await accountEvents(owner.shards, unread, { accountId: "ada", notBefore: "" }, bounds, 0);
      const sequences: number[] = [];
      for await (const { sequence } of events) sequences.push(Number(sequence));
      return sequences;
    };
    expect(await read(90_000)).toEqual(newestFirst.slice(0, UNSTORED - 90_000));
    expect(await read(UNSTORED)).toEqual([]);
    await expect(read(89_999)).rejects.toThrow("the store is away");
  });

  test("each question waits for what the first answer showed: another owner may be behind it (I20)", async () => {
    const notBefore: bigint[] = [];
    owner.asked = (request) => void notBefore.push(request.notBefore);
    const all = await accountEvents(
      owner.shards,
      store,
      { accountId: "ada", notBefore: "oms/0:5" },
      { above: 0, below: NO_BOUND },
      0,
    );
    let count = 0;
    for await (const _ of all.events) count++;
    expect(count).toBe(UNSTORED);
    expect(notBefore.length).toBeGreaterThan(1);
    expect(notBefore).toEqual([5n, ...notBefore.slice(1).map(() => BigInt(UNSTORED))]);
  });
});
