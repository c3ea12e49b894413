import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { encodeFrame } from "../wire/codec/frame.ts";
import { EventComparison } from "./event-comparison.ts";
import { digest, TallyPlatform } from "./testing/tally-platform.ts";
import { tallyKind } from "./testing/tally-shard.ts";

const event = (sequence: number, accountId: string): OrderEvent =>
  create(OrderEventSchema, { sequence: BigInt(sequence), accountId });

test("F22: of an owner that is ahead so many events are kept, the next ones, and compared once they are decided here", async () => {
  const { clock, log, store } = new TallyPlatform();
  const ports = { log, store, clock, digest, warn: () => {}, writer: "mine" };
  const compared = {
    last: () => 0,
    recent: () => undefined,
    differs: () => expect.fail("nothing is decided that could differ"),
  };
  const comparison = new EventComparison(ports, tallyKind, "oms/0", 0, 0, compared, 3);
  const others = [1, 2, 3, 4, 5].map((sequence) => encode(OrderEventCodec, event(sequence, "other")));
  const frame = encodeFrame({ source: "oms/0", writer: "another", firstNumber: 1n }, others, digest);
  const appended = log.append("orders.events", 0, frame);
  await clock.advance(100);
  await appended;
  const check = (sequence: number, accountId: string) => {
    const mine = event(sequence, accountId);
    comparison.check([mine], [encode(OrderEventCodec, mine)]);
  };
  expect(() => check(1, "other")).not.toThrow();
  for (const sequence of [2, 3]) expect(() => check(sequence, "mine")).toThrow(`event ${sequence} of oms/0 differs`);
  // Those above the bound were not kept: the comparison hears of them again from whoever writes them next.
  for (const sequence of [4, 5]) expect(() => check(sequence, "mine")).not.toThrow();
  comparison.close();
});
