import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { accountEvents, NO_BOUND } from "./account-events.ts";
import { AccountShards } from "./account-shard.ts";
import { HISTORY_TABLE, sortable } from "./store-layout.ts";

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
    result: { case: "events", value: { events: [...inMemory] } },
  });
  const silent = { follow: () => ({ close: () => undefined }), resend: () => Promise.reject(new Error("never")) };
  const client = { read: async () => answer, ...silent };
  const shards = new AccountShards({ client: () => client }, 1);
  const { events } = await accountEvents(shards, store, { accountId: "ada", notBefore: "" }, below, 0);
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
