import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode } from "@atlas/gen/codec/codec";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { Store, StoreItem } from "@atlas/platform/ports/store";
import { HISTORY_TABLE, storePositionCopyKey, storePositionKey } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { project } from "./testing/project.ts";
import { ShardFlow } from "./testing/shard-flow.ts";

/** Events of one account that set its limits, each as large as the contract lets it be. */
function limitsSet(count: number): OrderEvent[] {
  const quantityLimits = Array.from({ length: 1_000 }, (_, index) => ({
    instrumentId: `${index}`.padStart(64, "X"),
    maximumQuantity: `${"9".repeat(18)}.${"9".repeat(18)}`,
  }));
  return Array.from({ length: count }, (_, index) =>
    create(OrderEventSchema, {
      ...{ eventId: `oms/0:${index + 1}`, shard: "oms/0", sequence: BigInt(index + 1), accountId: "alice" },
      occurredAt: timestampOf(1_000_000),
      event: { case: "limitsSet", value: { limits: { quantityLimits } } },
    }),
  );
}

test("S27: of events that are large an item holds fewer, so that the store takes it; cut anew behind them, it is the same cut", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const packsOf = async () => {
    const items = await store.query(HISTORY_TABLE, { partition: "alice", limit: 1_000 });
    return items.map(({ body }) => decode(StoredHistoryCodec, body).events.map(({ sequence }) => Number(sequence)));
  };
  const events = limitsSet(40);
  const first = project(new ShardFlow(), store, clock);
  first.decided(events.slice(0, 30));
  first.acknowledged({ sequence: 30, offset: 1 });
  await clock.advance(2_000);
  expect(first.lag).toBe(0);
  const packs = await packsOf();
  expect(packs.flat()).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  // What the one before had stored its successor may decide again, with more behind it.
  const second = project(new ShardFlow(), store, clock);
  second.decided(events);
  second.acknowledged({ sequence: 40, offset: 1 });
  await clock.advance(2_000);
  expect(second.lag).toBe(0);
  expect((await packsOf()).slice(0, packs.length - 1)).toEqual(packs.slice(0, -1));
  expect((await packsOf()).flat()).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test("S21: a look at the store's position that is answered late takes a standby back to none", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const flow = new ShardFlow();
  const owner = project(flow, store, clock);
  const told = () => {
    owner.decided(flow.events.splice(0));
    owner.acknowledged({ sequence: flow.shard.sequence, offset: 0 });
    return clock.advance(1_000);
  };
  flow.open("alice", { USD: "100" });
  await told();
  let answer: (item: StoreItem | undefined) => void = () => undefined;
  const held = new Promise<StoreItem | undefined>((resolve) => {
    answer = resolve;
  });
  const before = await store.get(SHARDS_TABLE, storePositionKey("oms/0"));
  const gets = [held];
  const standby = project(flow, { ...store, get: (...key) => gets.pop() ?? store.get(...key) }, clock);
  const late = standby.load();
  flow.open("bob", { USD: "100" });
  await told();
  const { sequence } = await standby.load();
  answer(before);
  expect((await late).sequence).toBeLessThan(sequence);
  expect(standby.storedSequence).toBe(sequence);
});

const BID = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "0.001", limitPrice: "49000" };

test("F6, S27: of a backlog that the store takes in part, what it has taken is not written again", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const sizes: number[] = [];
  const flow = new ShardFlow();
  const putAll: Store["putAll"] = (puts) => {
    sizes.push(puts.length);
    return sizes.length === 2 ? Promise.reject(new Error("refused")) : store.putAll(puts);
  };
  const projection = project(flow, { ...store, putAll }, clock);
  flow.open("alice", { USD: "1000000" });
  for (let order = 0; order < 1_500; order++) flow.submit("alice", BID);
  projection.decided(flow.events);
  projection.acknowledged({ sequence: flow.shard.sequence, offset: 0 });
  await clock.advance(5_000);
  const [first, refused, again] = sizes;
  expect([first, refused === again, (refused ?? 0) > 0]).toEqual([1_000, true, true]);
  expect(sizes.slice(3), "the position and its copy").toEqual([2]);
  expect(projection.storedSequence).toBe(flow.shard.sequence);
});

test("F14, S27: the store's position is copied with the first batch, and then once a minute", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const flow = new ShardFlow();
  const projection = project(flow, store, clock);
  const copied: (number | undefined)[] = [];
  for (const account of ["alice", "bob", "carol"]) {
    flow.open(account, { USD: "100" });
    projection.decided(flow.events.splice(0));
    projection.acknowledged({ sequence: flow.shard.sequence, offset: 0 });
    await clock.advance(30_000);
    const [position, copy] = [storePositionKey("oms/0"), storePositionCopyKey("oms/0")];
    expect((await store.get(SHARDS_TABLE, position))?.version).toBe(flow.shard.sequence);
    copied.push((await store.get(SHARDS_TABLE, copy))?.version);
  }
  const [first, second, third] = copied;
  expect([first === second, third]).toEqual([true, flow.shard.sequence]);
});
