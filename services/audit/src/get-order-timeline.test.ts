import { GetOrderTimelineRequestSchema } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
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
import { create, toBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
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

describe("S4: a command that stands on the log twice", () => {
  const command = create(OrderCommandSchema, { orderId: ORDER, command: { case: "submit", value: {} } });
  const bytes = encode(OrderCommandCodec, command).slice();

  /** A source, and the numbers of its messages in a frame. */
  type Sent = readonly [source: string, ...numbers: bigint[]];

  /** Where commands are told to stand, when so many were sent and an event cites the first of the frame at an offset. */
  async function told(sent: readonly Sent[], cited: bigint) {
    const log = memoryLog({ clock: manualClock({ start: THEN }) });
    const cause = { offset: cited, index: 0 };
    const event = create(OrderEventSchema, { eventId: "oms/0:1", sequence: 1n, orderId: ORDER, cause });
    const append = (topic: string, source: string, firstNumber: bigint, messages: readonly Uint8Array[]) =>
      log.append(topic, 0, encodeFrame({ source, writer: "w", firstNumber }, messages, testDigest).slice());
    await append("orders.events", "oms/0", 1n, [encode(OrderEventCodec, event)]);
    for (const [source, first = 0n, ...others] of sent) {
      await append("orders.commands", source, first, [bytes, ...others.map(() => bytes)]);
    }
    const reading = { archive: memoryArchive(), compression: testCompression, digest: testDigest };
    const request = create(GetOrderTimelineRequestSchema, { orderId: ORDER });
    const { entries } = await getOrderTimeline(request, { reading, log, partitions: { oms: 1, venue: 1 } });
    const commands = entries.filter(({ message }) => message.case === "command");
    return commands.map(({ offset, index }) => `${offset}:${index}`);
  }

  test.each<[string, Sent[], bigint, string[]]>([
    [
      "is told where it was decided",
      [
        ["g1", 3n],
        ["g1", 3n],
        ["g1", 3n],
      ],
      0n,
      ["0:0"],
    ],
    [
      "is told where it was decided, behind a jump",
      [
        ["venue/0", 3n],
        ["venue/0", 3n],
        ["venue/0", 3n],
      ],
      1n,
      ["1:0"],
    ],
    [
      "is told where it stood first, if nothing was decided of it",
      [
        ["g1", 3n],
        ["g1", 3n],
      ],
      7n,
      ["0:0"],
    ],
    [
      "in frames of another cut",
      [
        ["g1", 3n, 4n],
        ["g1", 4n, 5n],
      ],
      0n,
      ["0:0", "0:1", "1:1"],
    ],
    [
      "is another one of another sender, or number",
      [
        ["g1", 3n],
        ["g2", 3n],
        ["g1", 4n],
      ],
      2n,
      ["0:0", "1:0", "2:0"],
    ],
    [
      "is another one when it is not numbered",
      [
        ["oms/0", 0n],
        ["oms/0", 0n],
      ],
      0n,
      ["0:0", "1:0"],
    ],
  ])("%s", async (_, sent, cited, places) => {
    expect(await told(sent, cited)).toEqual(places);
  });
});

describe("F13: what cannot be read", () => {
  const TOPICS = ["orders.events", "orders.commands", "exec.reports", "venue.orders"];
  const id = new TextEncoder().encode(ORDER);
  /** It says that it is longer than it is. */
  const torn = Uint8Array.of(10, 100, ...id);
  const newer = create(OrderEventSchema, { eventId: "oms/0:2", sequence: 2n, orderId: ORDER });
  newer.$unknown = [{ no: 900, wireType: WireType.Varint, data: Uint8Array.of(1) }];

  /** Of a log on which such messages stand in front of an event on the order, and behind it what is no frame. */
  async function timelineBehind(poison: readonly Uint8Array[]) {
    const log = memoryLog({ clock: manualClock({ start: THEN }) });
    const linksOut = [{ destination: "venue/0" }];
    const event = create(OrderEventSchema, { eventId: "oms/0:1", sequence: 1n, orderId: ORDER, linksOut });
    for (const topic of TOPICS) {
      const fields = { source: "oms/0", writer: "w", firstNumber: 1n };
      const messages = topic === "orders.events" ? [...poison, encode(OrderEventCodec, event).slice()] : poison;
      await log.append(topic, 0, encodeFrame(fields, messages, testDigest).slice());
      await log.append(topic, 0, id.slice());
      await log.append(topic, 0, Uint8Array.of(1, 2, 3));
    }
    const reading = { archive: memoryArchive(), compression: testCompression, digest: testDigest };
    const request = create(GetOrderTimelineRequestSchema, { orderId: ORDER });
    return getOrderTimeline(request, { reading, log, partitions: { oms: 1, venue: 1 } });
  }

  test("is passed over, and counted where it holds the order's id: the timeline has all else", async () => {
    const { entries, reach } = await timelineBehind([torn, toBinary(OrderEventSchema, newer), Uint8Array.of(10, 100)]);
    expect(entries.map(({ topic, offset, index }) => [topic, offset, index])).toEqual([["orders.events", 0n, 3]]);
    expect(reach.map(({ topic, unreadable }) => [topic, unreadable])).toEqual(TOPICS.map((topic) => [topic, 3n]));
  });
});
