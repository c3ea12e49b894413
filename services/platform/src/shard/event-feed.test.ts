import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventFrameSchema, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { FollowResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { decode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeEach } from "../wire/codec/encode-each.ts";
import { EventFeed } from "./event-feed.ts";

/** Events that a feed keeps at least, if there were so many. */
const KEPT = 4_096;

function feedOf(sizes: readonly number[], begin: number): EventFeed<OrderEvent> {
  const feed = new EventFeed<OrderEvent>(begin, OrderEventCodec, (events) => {
    const value = create(OrderEventFrameSchema, { messages: [...events] });
    return create(FollowResponseSchema, { events: { case: "orderEvents", value } });
  });
  let sequence = begin;
  for (const size of sizes) {
    const events = Array.from({ length: size }, () => create(OrderEventSchema, { sequence: BigInt(++sequence) }));
    feed.publish(events, encodeEach(OrderEventCodec, events));
  }
  return feed;
}

const sequenceOf = (bytes: Uint8Array | undefined) => bytes && Number(decode(OrderEventCodec, bytes).sequence);

test("S15, S16: however events were published, the recent ones are found by sequence and follow without a gap", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.nat(1_000), fc.nat(2 * KEPT), (published, begin, back) => {
      const feed = feedOf(published, begin);
      const total = published.reduce((sum, size) => sum + size, 0);
      expect(feed.last).toBe(begin + total);
      const kept = Math.min(total, KEPT);
      for (let sequence = feed.last - kept + 1; sequence <= feed.last; sequence++) {
        expect(sequenceOf(feed.recent(sequence))).toBe(sequence);
      }
      expect([feed.recent(feed.last + 1), feed.recent(begin)]).toEqual([undefined, undefined]);
      expect(feed.recent(feed.last - 2 * KEPT - 1_500)).toBeUndefined();
      const after = feed.last - Math.min(back, kept);
      const heard: number[] = [];
      const receive = ({ events }: { events: { value?: unknown } }) => {
        heard.push(...(events.value as { messages: OrderEvent[] }).messages.map((event) => Number(event.sequence)));
      };
      feed.follow(after, { receive, fail: (error) => expect.fail(error.message) });
      expect(heard).toEqual(Array.from({ length: feed.last - after }, (_, index) => after + 1 + index));
    }),
    { numRuns: 30 },
  );
});

test("S15: who wants events that are gone, or not decided yet, is told so", () => {
  const feed = feedOf([5_000, 5_000], 0);
  for (const after of [10, 10_001]) {
    const failures: string[] = [];
    feed.follow(after, { receive: () => expect.fail("nothing"), fail: (error) => failures.push(error.message) });
    expect(failures).toEqual([`events after ${after} are not at hand: the last is 10000`]);
  }
});
