import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { testDigest } from "@atlas/platform/archive/testing/test-compression";
import { copiedRecord } from "@atlas/platform/wire/codec/copied-frame";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { OrderTimeline } from "./order-timeline.ts";

const ORDER = "o-1";
const THEN = 1_600_000_000_000;

test("S1: what was copied happened when its original was appended", () => {
  const event = create(OrderEventSchema, { eventId: "oms/0:1", sequence: 1n, orderId: ORDER });
  const fields = { source: "oms/0", writer: "w", firstNumber: 1n };
  const bytes = encodeFrame(fields, [encode(OrderEventCodec, event)], testDigest);
  const copy = copiedRecord({ offset: 4, appendTime: THEN, bytes }, testDigest);
  const timeline = new OrderTimeline(ORDER, testDigest);
  const record = { offset: 4, appendTime: THEN + 86_400_000, bytes: copy, archived: false };
  timeline.events({ topic: "orders.events", partition: 0 }, record);
  expect(timeline.inOrder().map(({ appendTime }) => millisecondsOf(appendTime))).toEqual([THEN]);
});
