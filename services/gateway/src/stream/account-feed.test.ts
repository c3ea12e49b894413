import { AccountSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { AccountViewSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { Channel, SubscriptionSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { EventHistory } from "../follow/event-history.ts";
import type { AccountListener, OrderEvents } from "../follow/order-events.ts";
import { AccountFeed } from "./account-feed.ts";
import type { AccountSnapshots } from "./account-snapshot.ts";
import type { StreamContext } from "./stream-context.ts";

/** What a feed holds while it reads what stands. */
const MOST = 20_000;
const accountId = "ann";
const view = create(AccountViewSchema, { account: create(AccountSchema, { accountId }) });
const eventAt = (sequence: number): OrderEvent =>
  create(OrderEventSchema, { sequence: BigInt(sequence), accountId, shard: "oms/0" });

/** A feed of balances, from a cursor if there is one; `read` lets the oldest read of what stands come back. */
function feed(cursor: string, missed: readonly OrderEvent[] | Promise<undefined> = [], start = 10) {
  const told: string[] = [];
  const over: AbortSignal[] = [];
  const reads: (() => void)[] = [];
  let position = start;
  let listener: AccountListener | undefined;
  const events: Partial<OrderEvents> = {
    shardOf: () => 0,
    position: () => position,
    watch(_accountId, heard) {
      listener = heard;
      return () => {};
    },
  };
  const snapshots: Partial<AccountSnapshots> = {
    view: () => new Promise((resolve) => void reads.push(() => resolve({ value: view, sequence: position }))),
  };
  const clock = manualClock();
  const history: EventHistory = async (_, most, signal) => {
    over.push(signal);
    const found = await missed;
    return found !== undefined && found.length <= most ? found : undefined;
  };
  const context = { events, snapshots, history, clock, journal: silentJournal };
  const subscription = create(SubscriptionSchema, {
    subscriptionId: "b",
    channel: Channel.BALANCES,
    accountId,
    cursor,
  });
  const one = new AccountFeed(
    context as unknown as StreamContext,
    accountId,
    [{ subscription, path: "subscriptions[0]" }],
    { push: ({ content }) => void told.push(content.case ?? ""), end: (error) => void told.push(error.message) },
  );
  one.start();
  const hear = (count: number) => {
    for (let next = 0; next < count; next++) listener?.event(eventAt(++position));
  };
  const read = async () => {
    await clock.settle();
    reads.shift()?.();
    await clock.settle();
  };
  const follow = (from: number) => {
    position = from;
  };
  return { told, reads, hear, read, follow, clock, over, restart: () => one.restart(), stop: () => one.stop() };
}

test("F22: a feed holds so many events while what stands is read; with one more it tells so, and begins anew", async () => {
  const full = feed("");
  await full.clock.settle();
  full.hear(MOST);
  expect(full.told).toEqual([]);
  full.hear(1);
  expect(full.told).toEqual(["resync"]);
  await full.read();
  expect(full.told, "what was read for the start that was given up").toEqual(["resync"]);
  await full.read();
  expect(full.told).toEqual(["resync", "snapshot"]);
  expect(full.reads).toEqual([]);
});

test("who missed more than that gets what stands instead", async () => {
  const few = feed("oms/0:5", [6, 7, 8, 9, 10].map(eventAt));
  await few.read();
  expect(few.told).not.toContain("snapshot");
  const many = feed(
    "oms/0:5",
    Array.from({ length: MOST + 1 }, (_, index) => eventAt(6 + index)),
  );
  await many.read();
  expect(many.told).toEqual(["snapshot"]);
});

test("S15: while the account's shard is not followed nothing that stands is read; then it is told, from the cursor on", async () => {
  const early = feed("oms/0:5", [6, 7].map(eventAt), -1);
  await early.clock.advance(5_000);
  expect([early.reads.length, early.told]).toEqual([0, []]);
  early.follow(7);
  await early.clock.advance(10);
  await early.read();
  early.hear(1);
  expect(early.told).toEqual([]);
  const fresh = feed("", [], -1);
  fresh.follow(0);
  await fresh.clock.advance(10);
  await fresh.read();
  expect(fresh.told).toEqual(["snapshot"]);
});

test("a stream ends as not ready when the account's shard is not followed in time", async () => {
  const early = feed("", [], -1);
  await early.clock.advance(11_000);
  expect(early.told).toEqual(["the account's events do not come in time"]);
});

test("S24: a feed that has ended, or begins anew, reads nothing more for the start before", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const gone = feed("oms/0:5", promise);
  const ended = () => gone.over.map(({ aborted }) => aborted);
  expect(ended()).toEqual([false]);
  gone.restart();
  expect(ended()).toEqual([true]);
  await gone.clock.settle();
  expect(gone.reads.length).toBe(1);
  resolve(undefined);
  await gone.clock.settle();
  expect(gone.reads.length, "of the start that goes on").toBe(1);
  const left = feed("oms/0:5");
  left.stop();
  expect(left.over.map(({ aborted }) => aborted)).toEqual([true]);
  await left.clock.settle();
  expect(left.reads).toEqual([]);
});
