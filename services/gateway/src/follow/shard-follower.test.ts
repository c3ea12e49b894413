import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventFrameSchema, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { FollowResponseSchema, ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { EventFeed } from "@atlas/platform/shard/event-feed";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient } from "@atlas/platform/shard/shard-client";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { encodeEach } from "@atlas/platform/wire/codec/encode-each";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { eventsBetween } from "./events-between.ts";
import { ShardFollower } from "./shard-follower.ts";

const event = (sequence: number, accountId = "a") =>
  create(OrderEventSchema, { sequence: BigInt(sequence), accountId });

/** A shard whose owner changes: a new one has only its own recent events. */
function rig() {
  const clock = manualClock();
  let sequence = 0;
  let owner: EventFeed<OrderEvent> | undefined;
  const start = () => {
    owner = new EventFeed(sequence, OrderEventCodec, (events) => {
      const value = create(OrderEventFrameSchema, { messages: [...events] });
      return create(FollowResponseSchema, { events: { case: "orderEvents", value } });
    });
  };
  const client: ShardClient = {
    async read() {
      if (owner === undefined) throw notReady("nobody owns it");
      return create(ReadResponseSchema, { sequence: BigInt(sequence), result: { case: "state", value: {} } });
    },
    follow(after, receiver) {
      if (owner !== undefined) return owner.follow(after, receiver);
      receiver.fail(notReady("nobody owns it"));
      return { close: () => undefined };
    },
    resend: () => Promise.reject(new Error("nothing is sent again")),
  };
  const decide = (count: number) => {
    const events = Array.from({ length: count }, () => event(++sequence, sequence % 2 === 0 ? "even" : "odd"));
    owner?.publish(events, encodeEach(OrderEventCodec, events));
  };
  const heard: (number | string)[] = [];
  const follower = new ShardFollower<OrderEvent>(
    {
      shard: "oms/3",
      query: { case: "state", value: { $typeName: "atlas.operations.v1.StateQuery", withStateHash: false } },
      of: ({ events }) => (events.case === "orderEvents" ? events.value.messages : []),
      began: ({ sequence: at }, again) => void heard.push(`${again ? "missed" : "began"} ${at}`),
      event: (one) => void heard.push(Number(one.sequence)),
    },
    client,
    { clock, journal: silentJournal },
  );
  const lose = () => {
    owner?.fail(new Error("gone"));
    owner = undefined;
  };
  return { clock, client, follower, heard, start, lose, decide };
}

describe("following a shard (S15)", () => {
  test("begins where it stands, waits for an owner, and hears each event once", async () => {
    const { clock, follower, heard, start, decide } = rig();
    const started = follower.start();
    await clock.advance(1_000);
    start();
    await clock.advance(1_000);
    await started;
    decide(3);
    expect(heard).toEqual(["began 0", 1, 2, 3]);
    expect(follower.last).toBe(3);
  });

  test("F9: an owner that still has what is missing: nothing is lost, nothing repeated", async () => {
    const { clock, follower, heard, start, lose, decide } = rig();
    start();
    await clock.settle();
    void follower.start();
    await clock.advance(10);
    decide(2);
    lose();
    await clock.advance(10);
    start();
    decide(2);
    await clock.advance(500);
    expect(heard).toEqual(["began 0", 1, 2, 3, 4]);
  });

  test("F9: however long nobody owned it, nothing is missed that the next owner has at hand", async () => {
    const { clock, follower, heard, start, lose, decide } = rig();
    start();
    void follower.start();
    await clock.advance(10);
    decide(2);
    lose();
    await clock.advance(5_000);
    start();
    decide(2);
    await clock.advance(500);
    decide(1);
    expect(heard).toEqual(["began 0", 1, 2, 3, 4, 5]);
  });

  test("an owner that has not: it says so, and goes on", async () => {
    const { clock, follower, heard, start, lose, decide } = rig();
    start();
    void follower.start();
    await clock.advance(10);
    decide(2);
    lose();
    decide(3);
    start();
    await clock.advance(1_000);
    decide(1);
    expect(heard).toEqual(["began 0", 1, 2, "missed 5", 6]);
  });

  test("F15: it counts as heard while an owner may be changing, and again behind an event or a stream that stands", async () => {
    const { clock, follower, start, lose, decide } = rig();
    const heardAfter = async (milliseconds: number) => {
      await clock.advance(milliseconds);
      return follower.isHeard;
    };
    void follower.start();
    expect(await heardAfter(1_000)).toBe(false);
    start();
    expect(await heardAfter(1_000)).toBe(true);
    expect(await heardAfter(60_000), "nothing was decided").toBe(true);
    lose();
    expect([await heardAfter(14_000), await heardAfter(2_000)]).toEqual([true, false]);
    start();
    expect([await heardAfter(1_000), await heardAfter(6_000)]).toEqual([false, true]);
    lose();
    expect([await heardAfter(14_000), await heardAfter(2_000)]).toEqual([true, false]);
    start();
    await clock.advance(1_000);
    decide(1);
    expect(follower.isHeard).toBe(true);
  });

  test("an account's events between two sequences, while the owner has them", async () => {
    const { clock, client, start, decide } = rig();
    start();
    decide(10);
    const between = (after: number, through: number) =>
      eventsBetween(client, clock, { accountId: "even", after, through, deadline: 100 });
    expect((await between(3, 8))?.map((one) => Number(one.sequence))).toEqual([4, 6, 8]);
    expect(await between(10, 10)).toEqual([]);
    const late = between(4, 20);
    await clock.advance(200);
    expect(await late).toBeUndefined();
  });
});
