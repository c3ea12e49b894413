import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { openFrame } from "../wire/codec/frame.ts";
import { EventFraming, LinkFraming, ReportFraming, type SequencedEntry } from "./framing.ts";
import { nextChain } from "./link-chain.ts";
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

test("S4: a link goes on in its chain behind what is sent again, though not all of that was", () => {
  const kept: [number, bigint][] = [];
  const framing = new LinkFraming(AUTHOR, 0n, (number, chain) => void kept.push([number, chain]));
  const entry = (number: number, before?: bigint) => {
    return { number, sequence: number, bytes: Uint8Array.of(number), ...(before === undefined ? {} : { before }) };
  };
  const written = (...entries: ReturnType<typeof entry>[]) => {
    const { bytes, count } = framing.frame(entries);
    framing.acknowledged(entries[count - 1]?.number ?? 0, { offset: 0, appendTime: 0 });
    return openFrame(bytes, digest).header.chain;
  };
  const chains = [0n];
  for (const number of [1, 2, 3]) chains.push(nextChain(chains.at(-1) ?? 0n, Uint8Array.of(number), digest));
  expect([written(entry(1)), written(entry(2), entry(3))]).toEqual([chains[0], chains[1]]);
  expect(written(entry(2, chains[1]))).toBe(chains[1]);
  expect(written(entry(4))).toBe(chains[3]);
  expect(kept.map(([number]) => number)).toEqual([1, 3, 4]);
});

test.each([
  ["events", () => new EventFraming(AUTHOR, () => undefined)],
  ["reports", () => new ReportFraming(AUTHOR, 0, () => undefined)],
])("a frame of %s is never more than the log takes, however large they are", (_, framing) => {
  const counts = cut(framing(), entriesOf([...Array.from({ length: 300 }, () => 1), 10, 10], "x".repeat(20_000)));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(320);
  expect(counts.length).toBeLessThan(9);
});
