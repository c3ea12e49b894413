import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { openFrame } from "../wire/codec/frame.ts";
import { EventFraming, ReportFraming, type SequencedEntry } from "./framing.ts";
import { digest } from "./testing/tally-platform.ts";

const AUTHOR = { source: "oms/0", writer: "w", digest };
/** What a log takes as one record. */
const MOST_BYTES = 4_000_000;

/** Events of inputs that made so many each. */
function entriesOf(inputs: readonly number[], text = ""): SequencedEntry[] {
  const entries: SequencedEntry[] = [];
  for (const count of inputs) {
    for (let index = 0; index < count; index++) {
      const sequence = entries.length + 1;
      const message = create(OrderEventSchema, {
        sequence: BigInt(sequence),
        event: { case: "inputUnreadable", value: { message: text } },
      });
      const bytes = encode(OrderEventCodec, message);
      entries.push({ number: sequence, sequence, bytes, continues: index < count - 1 });
    }
  }
  return entries;
}

/** How many entries each frame took. */
function cut(framing: EventFraming | ReportFraming, all: SequencedEntry[]) {
  const counts: number[] = [];
  for (let entries = all; entries.length > 0; ) {
    const { bytes, count } = framing.frame(entries);
    expect(bytes.length).toBeLessThanOrEqual(MOST_BYTES);
    expect(openFrame(bytes, digest).count).toBe(count);
    framing.acknowledged(entries[count - 1]?.number ?? 0, { offset: 0, appendTime: 0 });
    counts.push(count);
    entries = entries.slice(count);
  }
  return counts;
}

test("S13: what one input made is never parted by the end of a frame", () => {
  const framing = new EventFraming(AUTHOR, () => undefined);
  const singles = Array.from({ length: 4_090 }, () => 1);
  expect(cut(framing, entriesOf([...singles, 20, 3]))).toEqual([4_090, 23]);
  expect(cut(framing, entriesOf(Array.from({ length: 20 }, () => 500)))).toEqual([4_000, 4_000, 2_000]);
});

test.each([
  ["events", () => new EventFraming(AUTHOR, () => undefined)],
  ["reports", () => new ReportFraming(AUTHOR, 0, () => undefined)],
])("a frame of %s is never more than the log takes, however large they are", (_, framing) => {
  const counts = cut(framing(), entriesOf([...Array.from({ length: 300 }, () => 1), 10, 10], "x".repeat(20_000)));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(320);
  expect(counts.length).toBeLessThan(9);
});
