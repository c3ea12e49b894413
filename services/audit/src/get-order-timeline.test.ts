import { GetOrderTimelineRequestSchema } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { testCompression, testDigest } from "@atlas/platform/archive/testing/test-compression";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryArchive } from "@atlas/platform/memory/memory-archive";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { copiedRecord } from "@atlas/platform/wire/codec/copied-frame";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { getOrderTimeline } from "./get-order-timeline.ts";

const ORDER = "00abcdefghijklmnopqrst";
const THEN = 1_600_000_000_000;
const MOVE = THEN + 86_400_000;

/** Of a log to which an event on the order was copied. */
async function timeline(bounds: { startTime?: number; endTime?: number }) {
  const clock = manualClock({ start: MOVE });
  const log = memoryLog({ clock });
  const event = create(OrderEventSchema, { eventId: "oms/0:1", sequence: 1n, orderId: ORDER });
  const fields = { source: "oms/0", writer: "w", firstNumber: 1n };
  const bytes = encodeFrame(fields, [encode(OrderEventCodec, event)], testDigest);
  await log.append("orders.events", 0, copiedRecord({ offset: 0, appendTime: THEN, bytes }, testDigest));
  const reading = { archive: memoryArchive(), compression: testCompression, digest: testDigest };
  const request = create(GetOrderTimelineRequestSchema, {
    orderId: ORDER,
    startTime: timestampOf(bounds.startTime ?? 0),
    ...(bounds.endTime !== undefined && { endTime: timestampOf(bounds.endTime) }),
  });
  const { entries } = await getOrderTimeline(request, { reading, log, partitions: { oms: 1, venue: 1 } });
  return entries.map(({ appendTime }) => millisecondsOf(appendTime));
}

test("S1: what was copied happened when its original was appended", async () => {
  expect(await timeline({ endTime: MOVE })).toEqual([THEN]);
  expect(await timeline({ startTime: THEN, endTime: THEN + 1 })).toEqual([THEN]);
});

test("S1: and not when it was copied", async () => {
  await expect(timeline({ startTime: MOVE })).rejects.toThrow("there is nothing on an order");
});
