import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec, StoredOrderCodec, StorePositionCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode } from "@atlas/gen/codec/codec";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore, type StoreFault } from "@atlas/platform/memory/memory-store";
import type { Log } from "@atlas/platform/ports/log";
import { type Store, StoreDamaged, type StoreItem, StoreUnavailable } from "@atlas/platform/ports/store";
import { HISTORY_TABLE, ORDERS_TABLE, REQUESTS_TABLE, storePositionKey } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { encodeEach } from "@atlas/platform/wire/codec/encode-each";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { advanceOrder, orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { isFinal } from "@atlas/platform/wire/order/final-status";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import type { Projection } from "./projection.ts";
import { project } from "./testing/project.ts";
import { dice, randomFlow } from "./testing/random-flow.ts";
import { digest, ShardFlow } from "./testing/shard-flow.ts";

const ACCOUNTS = ["alice", "bob", "carol"];

/** Every order as its events tell it. */
function ordersOf(events: readonly OrderEvent[]): Map<string, Order> {
  const orders = new Map<string, Order>();
  for (const event of events) {
    const made = orderMadeBy(event);
    const before = orders.get(event.orderId);
    if (made !== undefined) orders.set(event.orderId, made);
    else if (before !== undefined) orders.set(event.orderId, advanceOrder(before, event));
  }
  return orders;
}

async function storedOrder(store: Store, orderId: string) {
  const item = await store.get(ORDERS_TABLE, orderId);
  return item === undefined ? undefined : decode(StoredOrderCodec, item.body);
}

async function storedSequence(store: Store): Promise<number> {
  const item = await store.get(SHARDS_TABLE, storePositionKey("oms/0"));
  return item === undefined ? 0 : Number(decode(StorePositionCodec, item.body).sequence);
}

/** The store shows everything: each order as it is, each event of an account once, nothing more. */
async function checkStore(flow: ShardFlow, store: Store): Promise<void> {
  for (const [orderId, order] of ordersOf(flow.events)) {
    const stored = await storedOrder(store, orderId);
    expect(stored?.order).toEqual(order);
    expect(stored?.contentDigest).toHaveLength(16);
  }
  for (const accountId of ACCOUNTS) {
    const told = flow.events.filter((event) => event.accountId === accountId).map(({ sequence }) => sequence);
    expect(await historyOf(store, accountId)).toEqual(told);
  }
  expect(await storedSequence(store)).toBe(flow.events.length);
}

/** Sequences of the account's events; packs that overlap tell an event twice. */
async function historyOf(store: Store, accountId: string): Promise<bigint[]> {
  const items = await store.query(HISTORY_TABLE, { partition: accountId, limit: 1_000 });
  const sequences = items.flatMap(({ body }) =>
    decode(StoredHistoryCodec, body).events.map(({ sequence }) => sequence),
  );
  expect(items.every(({ body }) => decode(StoredHistoryCodec, body).events.length <= 100)).toBe(true);
  return [...new Set(sequences)].sort((left, right) => Number(left - right));
}

/** Lives through a flow with its projection beside it; the log acknowledges a little later than it is told. */
async function live(steps: number, seed: number, store: Store, clock: ManualClock, each?: () => Promise<void>) {
  const roll = dice(seed);
  const flow = new ShardFlow();
  const projection = project(flow, store, clock);
  const events = randomFlow(seed, steps).inputs;
  let told = 0;
  for (const [index, input] of events.entries()) {
    replay(flow, input, index);
    projection.decided(flow.events.slice(told));
    told = flow.events.length;
    if (roll(5) === 0) projection.acknowledged({ sequence: Math.max(0, told - roll(10)), offset: index });
    if (roll(3) === 0) await clock.advance(roll(200));
    await each?.();
  }
  projection.acknowledged({ sequence: told, offset: events.length });
  await clock.advance(60_000);
  return { flow, projection };
}

/** The first input of a flow is its own: the instrument. */
function replay(flow: ShardFlow, input: ShardFlow["inputs"][number], index: number): void {
  if (index > 0) flow.again(input);
}

describe("S27: the projection", () => {
  test("shows every order, every event and every used id, once the log has them", async () => {
    const clock = manualClock();
    const store = memoryStore({ clock });
    const { flow, projection } = await live(150, 21, store, clock);
    await checkStore(flow, store);
    for (const kind of ["fundsMoved", "limitsSet", "workAdvanced"]) {
      const settled = flow.events.filter((event) => event.event.case === kind && event.requestId !== "");
      expect(settled.length, kind).toBeGreaterThan(0);
      for (const { accountId, requestId, sequence } of settled) {
        const item = await store.get(REQUESTS_TABLE, orderIdOf(digest, 0, accountId, requestId));
        expect(item?.version).toBe(Number(sequence));
      }
    }
    expect(projection.lag).toBe(0);
  });

  test("F6: whatever the store refuses, loses or does late, it ends the same", async () => {
    const clock = manualClock();
    const roll = dice(5);
    const faults: readonly (StoreFault | undefined)[] = [
      { kind: "refused" },
      { kind: "answer-lost" },
      { kind: "cut-short", done: 3 },
      { kind: "done-late", milliseconds: 900 },
      { kind: "delayed", milliseconds: 700 },
    ];
    let healed = false;
    const store = memoryStore({
      clock,
      fault: ({ operation }) => (healed || operation !== "putAll" ? undefined : faults[roll(7)]),
    });
    const { flow } = await live(120, 22, store, clock);
    healed = true;
    await clock.advance(5_000);
    await checkStore(flow, store);
  });

  test("I21: the store never holds what the log has not acknowledged", async () => {
    const clock = manualClock();
    const store = memoryStore({ clock });
    const flow = randomFlow(23, 60);
    const projection = project(flow, store, clock);
    projection.decided(flow.events);
    projection.acknowledged({ sequence: flow.events.length - 1, offset: 1 });
    await clock.advance(10_000);
    expect(await storedSequence(store)).toBe(0);
    for (const orderId of ordersOf(flow.events).keys()) expect(await storedOrder(store, orderId)).toBeUndefined();
    projection.acknowledged({ sequence: flow.events.length, offset: 2 });
    await clock.advance(1_000);
    await checkStore(flow, store);
  });

  test("S17: an order that ended stays at hand until the store shows it, and no longer", async () => {
    const clock = manualClock();
    const store = memoryStore({ clock });
    const flow = randomFlow(24, 80);
    const projection = project(flow, store, clock);
    projection.decided(flow.events);
    for (const [orderId, order] of ordersOf(flow.events)) expect(projection.views.get(orderId)?.order).toEqual(order);
    store.setDown(true);
    projection.acknowledged({ sequence: flow.events.length, offset: 1 });
    await clock.advance(2_000);
    expect(projection.storedSequence).toBe(0);
    store.setDown(false);
    await clock.advance(2_000);
    expect(projection.storedSequence).toBe(flow.events.length);
    const kept = ACCOUNTS.flatMap((accountId) => projection.views.ofAccount(accountId)).map(
      ({ order }) => order.orderId,
    );
    expect(kept.sort()).toEqual([...flow.shard.openOrders()].map(({ order }) => order.orderId).sort());
    expect(projection.history.taken()).toEqual([]);
  });

  test("S24: while the store is too far behind there is no room for inputs; when it has caught up, or it is over, there is", async () => {
    const clock = manualClock();
    const store = memoryStore({ clock });
    const flow = randomFlow(26, 80);
    const projection = project(flow, store, clock, flow.events.length - 1);
    expect(projection.room()).toBeUndefined();
    store.setDown(true);
    projection.decided(flow.events);
    projection.acknowledged({ sequence: flow.events.length, offset: 1 });
    let rooms = 0;
    void projection.room()?.then(() => rooms++);
    await clock.advance(20_000);
    expect(rooms).toBe(0);
    store.setDown(false);
    await clock.advance(2_000);
    expect(rooms).toBe(1);
    expect(projection.room()).toBeUndefined();

    const ended = project(flow, store, clock, 1);
    ended.decided(flow.events);
    void ended.room()?.then(() => rooms++);
    ended.close();
    await clock.settle();
    expect(rooms).toBe(2);
  });

  test("a successor goes on from where the store stands, and ends the same", async () => {
    const clock = manualClock();
    const store = memoryStore({ clock });
    const flow = randomFlow(25, 120);
    const before = Math.floor(flow.events.length / 2);
    const half = new ShardFlow();
    const first = project(half, store, clock);
    for (const input of flow.inputs.slice(1)) if (half.events.length < before) half.again(input);
    first.decided(half.events);
    first.acknowledged({ sequence: half.events.length, offset: 7 });
    await clock.advance(1_000);
    first.close();
    const second = project(flow, store, clock);
    const place = await loaded(second, clock);
    expect(place).toEqual({ sequence: half.events.length, offset: 7 });
    const recovering = second.recovered(flow.events.slice(place.sequence));
    await clock.settle();
    await recovering;
    second.acknowledged({ sequence: flow.events.length, offset: 9 });
    await clock.advance(1_000);
    await checkStore(flow, store);
  });

  test("S20: a successor that is over while it fetches the orders that have ended fetches no more of them", async () => {
    const clock = manualClock();
    let fetches = 0;
    const fault = (): StoreFault => {
      fetches += 1;
      return { kind: "delayed", milliseconds: 100 };
    };
    const flow = new ShardFlow();
    const successor = project(flow, memoryStore({ clock, fault }), clock);
    const events = Array.from({ length: 300 }, (_, index) =>
      create(OrderEventSchema, { sequence: BigInt(index + 1), orderId: `o-${index}` }),
    );
    const recovering = successor.recovered(events);
    await clock.advance(150);
    successor.close();
    await clock.advance(10_000);
    await recovering;
    expect(fetches).toBe(128);
  });
});

/** The store shows a flow through a sequence, and of what came behind it the items alone: its owner was killed. */
async function killedBehind(sequence: number, flow: ShardFlow, store: Store, clock: ManualClock): Promise<void> {
  const owner = project(flow, store, clock);
  owner.decided(flow.events.slice(0, sequence));
  owner.acknowledged({ sequence, offset: 0 });
  await clock.advance(1_000);
  const position = (await store.get(SHARDS_TABLE, storePositionKey("oms/0"))) as StoreItem;
  owner.decided(flow.events.slice(sequence));
  owner.acknowledged({ sequence: flow.events.length, offset: 0 });
  await clock.advance(1_000);
  owner.close();
  await store.remove(SHARDS_TABLE, [position.key]);
  await store.put(SHARDS_TABLE, position);
}

describe("S20, S27, F14: an order that ended behind the store's position", () => {
  const clock = manualClock();
  const flow = randomFlow(25, 120);
  const half = Math.floor(flow.events.length / 2);
  const [before, behind] = [flow.events.slice(0, half), flow.events.slice(half)];
  const stepsIn = (events: readonly OrderEvent[], orderId: string) =>
    events.filter((event) => event.orderId === orderId).length;
  const order = [...ordersOf(flow.events).values()].find(({ orderId, status }) => {
    return isFinal(status) && stepsIn(before, orderId) > 1 && stepsIn(behind, orderId) > 0;
  }) as Order;

  async function wholeLog(): Promise<Log> {
    const log = memoryLog({ clock });
    const encoded = encodeEach(OrderEventCodec, flow.events);
    const frame = encodeFrame({ source: "oms/0", writer: "before", firstNumber: 1n }, encoded, digest);
    const appended = log.append("orders.events", 0, frame);
    await clock.advance(30);
    await appended;
    return log;
  }

  /** What the item of the order is; `mended`: it was damaged when it was first asked for, and another owner has written it since. */
  type What = "damaged" | "gone" | "mended";

  /** A successor's projection behind that. */
  async function succeed(what: What, log: Log) {
    const memory = memoryStore({ clock });
    await killedBehind(half, flow, memory, clock);
    let isDamaged = what !== "gone";
    if (!isDamaged) await memory.remove(ORDERS_TABLE, [order.orderId]);
    const removed: string[] = [];
    const store: Store = {
      ...memory,
      get: async (table, key) => {
        if (!isDamaged || key !== order.orderId) return memory.get(table, key);
        isDamaged = what !== "mended";
        throw new StoreDamaged("damaged", key);
      },
      remove: async (table, keys) => {
        removed.push(...keys);
        if (keys.includes(order.orderId)) isDamaged = false;
        return memory.remove(table, keys);
      },
    };
    const warnings: string[] = [];
    const successor = project(flow, store, clock, undefined, { log, warnings });
    expect((await loaded(successor, clock)).sequence).toBe(half);
    const recovering = successor.recovered(behind);
    await clock.advance(1_000);
    await recovering;
    const shown = successor.views.get(order.orderId)?.order;
    const acknowledge = () => {
      successor.acknowledged({ sequence: flow.events.length, offset: 0 });
      return clock.advance(1_000);
    };
    return { shown, store, warnings, removed, acknowledge };
  }

  test.each(["damaged", "gone"] as const)("whose item is %s is read again from the log, and written", async (what) => {
    const { shown, store, warnings, acknowledge } = await succeed(what, await wholeLog());
    expect(shown).toEqual(order);
    expect(warnings).toEqual(what === "damaged" ? ["a stored order is damaged: it is read again from the log"] : []);
    await acknowledge();
    await checkStore(flow, store);
  });

  test("I6, S18: whose item is damaged is not taken for one that never was, until what takes its place is at hand", async () => {
    const { store, removed, acknowledge } = await succeed("damaged", await wholeLog());
    await expect(storedOrder(store, order.orderId)).rejects.toThrow(StoreDamaged);
    expect(removed).toEqual([]);
    await acknowledge();
    expect(removed).toEqual([order.orderId]);
    expect((await storedOrder(store, order.orderId))?.order).toEqual(order);
  });

  test("I6: whose item was damaged stands again at once, though all that is written with it is refused", async () => {
    const { store, acknowledge } = await succeed("damaged", await wholeLog());
    store.putAll = () => Promise.reject(new StoreUnavailable("refused"));
    await acknowledge();
    expect((await storedOrder(store, order.orderId))?.order).toEqual(order);
  });

  test("I6, S21: whose item was damaged keeps the one that another owner has written since", async () => {
    const { store, removed, acknowledge } = await succeed("mended", await wholeLog());
    await acknowledge();
    expect(removed).toEqual([]);
    await checkStore(flow, store);
  });

  test("I6, S28: of which the log has nothing any more stays damaged, and keeps no shard from going on", async () => {
    const { store, acknowledge } = await succeed("damaged", memoryLog({ clock }));
    await acknowledge();
    expect(await storedSequence(store)).toBe(flow.events.length);
    await expect(storedOrder(store, order.orderId)).rejects.toThrow(StoreDamaged);
  });
});

async function loaded(projection: Projection, clock: ManualClock) {
  const loading = projection.load();
  await clock.settle();
  return loading;
}
