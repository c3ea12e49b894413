/// <reference path="./kafkajs-internals.d.ts" />
import fc from "fast-check";
import { type RequestName, requests } from "kafkajs/src/protocol/requests/index.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FETCH_VERSION } from "./fetch-answer.ts";
import { encodeFetch } from "./fetch-question.ts";
import { encodeProduce, PRODUCE_VERSION } from "./produce-question.ts";
import { readBatches } from "./record-batch.ts";

beforeEach(() => vi.useFakeTimers({ now: 1_795_132_800_000, toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

/** What kafkajs sends for the same question. */
async function byKafkajs(name: RequestName, version: number, question: object): Promise<Buffer> {
  const { request } = requests[name].protocol({ version })(question);
  return ((await request.encode()) as { readonly buffer: Buffer }).buffer;
}

const int = (max: number) => fc.nat({ max });
const topic = fc.string({ maxLength: 200 });
const partition = int(2 ** 31 - 1);
/** Lengths around those at which a varint has one more byte. */
const length = fc.oneof(int(200), fc.integer({ min: 8_100, max: 8_300 }));
const record = fc.record({
  value: fc.tuple(length, int(255)).map(([size, byte]) => Buffer.alloc(size, byte)),
  headers: fc.dictionary(
    fc.string({ unit: "binary", maxLength: 9 }),
    length.map((size) => "é".repeat(size)),
    { maxKeys: 3 },
  ),
});
const produce = fc.record({
  acks: fc.constant(-1 as const),
  timeout: int(60_000),
  topicData: fc.array(
    fc.record({
      topic,
      partitions: fc.array(fc.record({ partition, messages: fc.array(record, { minLength: 1, maxLength: 70 }) }), {
        maxLength: 3,
      }),
    }),
    { maxLength: 3 },
  ),
});

test("what is appended is written as kafkajs writes it, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(produce, async (question) => {
      const expected = await byKafkajs("Produce", PRODUCE_VERSION, question);
      expect(encodeProduce(question).equals(expected)).toBe(true);
    }),
  );
});

test("what is polled is asked for as kafkajs asks, byte for byte", async () => {
  const question = fc.record({
    maxWaitTime: int(60_000),
    minBytes: int(100),
    maxBytes: partition,
    isolationLevel: fc.constant(0 as const),
    topics: fc.array(
      fc.record({
        topic,
        partitions: fc.array(fc.record({ partition, fetchOffset: fc.maxSafeNat(), maxBytes: partition }), {
          maxLength: 40,
        }),
      }),
      { maxLength: 20 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const expected = await byKafkajs("Fetch", FETCH_VERSION, asked);
      expect(encodeFetch(asked).equals(expected)).toBe(true);
    }),
  );
});

test.each([1_048_575, 1_048_576, 4_000_000])("so is a record of %d bytes", async (size) => {
  const messages = [{ value: Buffer.alloc(size, 7), headers: {} }];
  const topicData = [{ topic: "t", partitions: [{ partition: 0, messages }] }];
  const question = { acks: -1 as const, timeout: 0, topicData };
  expect(encodeProduce(question).equals(await byKafkajs("Produce", PRODUCE_VERSION, question))).toBe(true);
});

test.each([1.5, Number.NaN, 2 ** 53])("from offset %d nothing is asked", (fetchOffset) => {
  const topics = [{ topic: "t", partitions: [{ partition: 0, fetchOffset, maxBytes: 1 }] }];
  const question = { maxWaitTime: 0, minBytes: 1, maxBytes: 1, isolationLevel: 0 as const, topics };
  expect(() => encodeFetch(question)).toThrow(RangeError);
});

test("S29 a batch of very many records is read as it was written", () => {
  const values = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`record ${index}`));
  const messages = values.map((value) => ({ value, headers: { name: "é" } }));
  const bytes = encodeProduce({
    acks: -1,
    timeout: 0,
    topicData: [{ topic: "", partitions: [{ partition: 0, messages }] }],
  });
  // Behind what stands before the only batch: no transaction, acks, time, a topic without a name, a partition and its length.
  const read = readBatches(bytes.subarray(2 + 2 + 4 + 4 + 2 + 4 + 4 + 4));
  expect(read.damage).toBeUndefined();
  expect(read.messages.map(({ value }) => value)).toEqual(values);
});
