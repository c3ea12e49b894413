/// <reference path="./kafkajs-internals.d.ts" />
import crc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";
import { expect, test } from "vitest";
import { readBatches } from "./record-batch.ts";
import { type BatchForm, batchOf, GZIP, recordOf, TIME, varint } from "./testing/batch-bytes.ts";

const before = batchOf({ first: 5, values: ["a", "b"] });
const after = batchOf({ first: 9, values: ["c"] });

function told(middle: Buffer, ...more: readonly Buffer[]): string[] {
  const { messages, damage } = readBatches(Buffer.concat([before, middle, ...more]));
  for (const { timestamp } of messages) expect(timestamp).toBe(TIME);
  const texts = messages.map(({ offset, value }) => `${offset} ${value === null ? "-" : value.toString()}`);
  return damage === undefined ? texts : [...texts, damage];
}

const READABLE = ["5 a", "6 b"];
const PASSED = [...READABLE, "7 -", "8 -", "9 c"];
const values = ["x", "y"];

const written = (...records: readonly Buffer[]) => Buffer.concat(records);
/** Behind the length: attributes, time, offset, no key. */
const START = [Buffer.from([0]), varint(0), varint(0), varint(-1)];
const LONG_VALUE = written(varint(6), ...START, varint(3), Buffer.from("x"));
const BELOW_NOTHING = written(varint(6), ...START, varint(-2), varint(0));

const whole: [string, BatchForm, string[]][] = [
  ["plain", { first: 7, values }, [...READABLE, "7 x", "8 y", "9 c"]],
  [
    "without a value",
    { first: 7, values, content: written(recordOf(0, null), recordOf(1, "y")) },
    [...READABLE, "7 -", "8 y", "9 c"],
  ],
  [
    "with headers",
    { first: 7, values, content: written(recordOf(0, "x", [["a", "1"]]), recordOf(1, "y")) },
    [...READABLE, "7 x", "8 y", "9 c"],
  ],
  ["gzip", { first: 7, values, compression: GZIP }, PASSED],
  ["snappy", { first: 7, values, compression: 2 }, PASSED],
  ["lz4", { first: 7, values, compression: 3 }, PASSED],
  ["zstd", { first: 7, values, compression: 4 }, PASSED],
  ["a compression yet to come", { first: 7, values, compression: 5 }, PASSED],
  ["records that end too early", { first: 7, values, content: recordOf(0, "x") }, PASSED],
  [
    "a record that ends too early",
    { first: 7, values, content: written(recordOf(0, "x"), recordOf(1, "y").subarray(0, -2)) },
    PASSED,
  ],
  [
    "a record behind the last",
    { first: 7, values, content: written(...["x", "y", "z"].map((value, delta) => recordOf(delta, value))) },
    PASSED,
  ],
  ["two records at one offset", { first: 7, values, content: written(recordOf(0, "x"), recordOf(0, "y")) }, PASSED],
  [
    "a value that is longer than its record",
    { first: 7, values, content: written(LONG_VALUE, recordOf(1, "y")) },
    PASSED,
  ],
  ["a length below that of nothing", { first: 7, values, content: written(BELOW_NOTHING, recordOf(1, "y")) }, PASSED],
  ["a number that does not end", { first: 7, values, content: Buffer.alloc(20, 0xff) }, PASSED],
];

test.each(whole)("F13 what stands as it was written is told, or passed over at its offsets: %s", (_, batch, due) => {
  expect(told(batchOf(batch), after)).toEqual(due);
});

const damages: [string, (batch: Buffer) => unknown, string][] = [
  ["a count", (batch) => batch.writeInt32BE(3, 57), "the checksum of a batch does not match"],
  ["a smaller count", (batch) => batch.writeInt32BE(1, 57), "the checksum of a batch does not match"],
  ["a count below zero", (batch) => batch.writeInt32BE(-1, 57), "the checksum of a batch does not match"],
  ["the last offset", (batch) => batch.writeInt32BE(2, 23), "the checksum of a batch does not match"],
  ["the last offset, below zero", (batch) => batch.writeInt32BE(-2, 23), "the header of a batch is damaged"],
  ["the compression", (batch) => batch.writeInt16BE(4, 21), "the checksum of a batch does not match"],
  ["a byte of a value", (batch) => batch.writeInt8(122, batch.length - 2), "the checksum of a batch does not match"],
  [
    "the time of its append",
    (batch) => batch.writeBigInt64BE(BigInt(TIME) + 1n, 35),
    "the checksum of a batch does not match",
  ],
  ["the format", (batch) => batch.writeInt8(1, 16), "the header of a batch is damaged"],
  ["a length of nothing", (batch) => batch.writeInt32BE(0, 8), "the length of a batch is wrong"],
  ["a length below zero", (batch) => batch.writeInt32BE(-12, 8), "the length of a batch is wrong"],
];

test.each(damages)("S1 nothing is passed over of what is not what was written, nor behind it: %s", (_, damage, due) => {
  const batch = batchOf({ first: 7, values });
  damage(batch);
  expect(told(batch, after)).toEqual([...READABLE, due]);
});

test("what an answer has no room for is left for the next one; an answer that begins with it is damaged", () => {
  const batch = batchOf({ first: 7, values });
  for (const size of [1, 11, 60, batch.length - 1]) {
    expect(told(batch.subarray(0, size))).toEqual(READABLE);
    const alone = readBatches(batch.subarray(0, size));
    expect(alone).toEqual({ messages: [], damage: "the length of a batch is wrong" });
  }
  expect(readBatches(Buffer.alloc(0))).toEqual({ messages: [], damage: undefined });
});

test("F13 a stranger's record of very many headers costs no more than its bytes", () => {
  const headers = Array.from({ length: 20_000 }, (_, number) => [`name ${number}`, ""] as const);
  const batch = batchOf({ first: 7, values: ["x"], content: recordOf(0, "x", headers) });
  expect(told(batch)).toEqual([...READABLE, "7 x"]);
}, 5_000);

test("S1 a batch that says two counts of its records is damaged, though its checksum holds", () => {
  const batch = batchOf({ first: 7, values });
  batch.writeInt32BE(1, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  expect(told(batch, after)).toEqual([...READABLE, "a batch of 2 records has 1"]);
});
