import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { type Store, StoreDamaged, StoreUnavailable } from "@atlas/platform/ports/store";
import { HISTORY_ITEM_EVENTS } from "@atlas/platform/query/store-layout";
import { AT_HAND, OwnerMemory } from "@atlas/platform/query/testing/owner-memory";
import { notReady } from "@atlas/platform/shard/not-ready";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { type EventHistory, eventHistory } from "./event-history.ts";
import { OrderEvents } from "./order-events.ts";

const NEVER = new AbortController().signal;
const UNSTORED = 100_000;
/** Far fewer than there are. */
const FEW = 2_000;
const events: OrderEvent[] = Array.from({ length: UNSTORED }, (_, index) =>
  create(OrderEventSchema, { accountId: "ada", shard: "oms/0", sequence: BigInt(index + 1) }),
);

let store: Store;
let owner: OwnerMemory;
beforeEach(() => {
  store = memoryStore({ clock: manualClock() });
  owner = new OwnerMemory("ada", store, events);
});

function historyFrom(from: Store): EventHistory {
  const { directory, shards } = owner;
  const options = { directory, clock: manualClock(), journal: silentJournal, partitions: 1 };
  const followed = new OrderEvents(options, { event: () => undefined, missed: () => undefined });
  return eventHistory(followed, shards, from);
}

/** What a client that was away gets. */
async function missed(
  after: number,
  through: number,
  history = historyFrom(store),
  over = NEVER,
  most = UNSTORED,
): Promise<number[] | undefined> {
  const found = await history({ accountId: "ada", after, through, deadline: 1_000 }, most, over);
  return found?.map(({ sequence }) => Number(sequence));
}

const inOrder = (after: number, through: number) =>
  Array.from({ length: through - after }, (_, index) => after + index + 1);

describe("S15, F6: who comes back while the store is behind gets every event since, in order and once", () => {
  test.each([
    ["all of them", 0, UNSTORED],
    ["some in the middle", 40_000, 70_000],
    ["the last", UNSTORED - 10, UNSTORED],
  ])("%s, and no answer gives many", async (_, after, through) => {
    expect(await missed(after, through)).toEqual(inOrder(after, through));
    expect(Math.max(...owner.given)).toBeLessThanOrEqual(FEW);
    const given = owner.given.reduce((sum, count) => sum + count, 0);
    expect(given).toBeLessThanOrEqual(through - after + FEW);
  });

  test("also while the owner stores some at each question", async () => {
    let stored = 0;
    owner.asked = async () => {
      stored += 1_700;
      await owner.storeThrough(stored);
    };
    expect(await missed(10_000, 95_000)).toEqual(inOrder(10_000, 95_000));
  });

  test.each([
    ["away", new StoreUnavailable("away"), { refusal: { reason: Reason.NOT_READY } }],
    ["damaged (F14)", new StoreDamaged("damaged"), { name: "StoreDamaged" }],
  ])("from what the owner has at hand while the store is %s, as far as that goes", async (_, error, refused) => {
    await owner.storeThrough(UNSTORED - 1_000);
    const unread = historyFrom({ ...store, query: () => Promise.reject(error) });
    const after = UNSTORED - AT_HAND;
    expect(await missed(after, UNSTORED, unread)).toEqual(inOrder(after, UNSTORED));
    await expect(missed(after - 1, UNSTORED, unread)).rejects.toMatchObject(refused);
    expect(await missed(UNSTORED - 1_000, UNSTORED, unread)).toEqual(inOrder(UNSTORED - 1_000, UNSTORED));
  });

  test("S24: an owner that is late is not asked for all that it has at hand", async () => {
    owner.asked = () => Promise.reject(notReady("late"));
    let follows = 0;
    owner.follow = () => {
      follows += 1;
      return { close: () => undefined };
    };
    await expect(missed(UNSTORED - 10, UNSTORED)).rejects.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
    expect(follows).toBe(0);
  });

  test("for nobody who has gone by then", async () => {
    const gone = new AbortController();
    owner.asked = () => {
      if (owner.given.length === 3) gone.abort();
    };
    expect(await missed(0, UNSTORED, historyFrom(store), gone.signal)).toBeUndefined();
    expect(owner.given.length).toBe(4);
  });

  test("what the owner has at hand is read for one at a time, and for nobody who has gone", async () => {
    const gone = new AbortController();
    let open = 0;
    let read = 0;
    const follow = owner.follow;
    owner.follow = (after, receiver) => {
      open += 1;
      read += 1;
      expect(open).toBe(1);
      gone.abort();
      setImmediate(() => follow(after, receiver));
      const close = () => {
        open -= 1;
      };
      return { close };
    };
    const history = historyFrom({ ...store, query: () => Promise.reject(new StoreUnavailable("away")) });
    await owner.storeThrough(UNSTORED - 1_000);
    const ask = (over = NEVER) => missed(UNSTORED - 2_000, UNSTORED, history, over);
    const waited = await Promise.allSettled([ask(), ask(), ask(gone.signal), ask()]);
    const found = waited.map((one) => (one.status === "fulfilled" ? one.value?.length : "gone"));
    expect([found, read, open]).toEqual([[2_000, 2_000, "gone", 2_000], 3, 0]);
  });
});

test.each([0, UNSTORED])(
  "S24: of more events than are asked for nobody reads the rest, with %i of them stored",
  async (stored) => {
    await owner.storeThrough(stored);
    let read = 0;
    const query: Store["query"] = async (table, asked) => {
      const items = await store.query(table, asked);
      read += items.length;
      return items;
    };
    const history = historyFrom({ ...store, query });
    expect((await missed(0, 3_000, history, NEVER, 3_000))?.length).toBe(3_000);
    owner.given.length = 0;
    read = 0;
    expect(await missed(0, UNSTORED, history, NEVER, 3_000)).toBeUndefined();
    expect(owner.given.reduce((sum, count) => sum + count, read * HISTORY_ITEM_EVENTS)).toBeLessThan(3_000 + FEW);
  },
);

test("S24: nor are more given of what the owner has at hand while the store is away", async () => {
  await owner.storeThrough(UNSTORED - 1_000);
  const history = historyFrom({ ...store, query: () => Promise.reject(new StoreUnavailable("away")) });
  expect((await missed(UNSTORED - 2_000, UNSTORED, history, NEVER, 2_000))?.length).toBe(2_000);
  expect(await missed(UNSTORED - 2_000, UNSTORED, history, NEVER, 1_999)).toBeUndefined();
});
