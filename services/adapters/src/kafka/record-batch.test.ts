/// <reference path="./kafkajs-internals.d.ts" />
import { gzipSync } from "node:zlib";
import crc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";
import { expect, test } from "vitest";
import { readBatches } from "./record-batch.ts";

const TIME = 1_795_132_800_000n;
const GZIP = 1;
const LOG_APPEND_TIME = 8;

/** A record of format 2 without key and headers; every length below 64, so that it is one byte. */
function recordOf(delta: number, value: string): Buffer {
  const body = Buffer.concat([
    Buffer.from([0, 0, 2 * delta, 1, 2 * value.length]),
    Buffer.from(value),
    Buffer.from([0]),
  ]);
  return Buffer.concat([Buffer.from([2 * body.length]), body]);
}

interface Batch {
  readonly first: number;
  readonly values: readonly string[];
  readonly compression?: number;
  /** In place of the records. */
  readonly content?: Buffer;
}

function batchOf({ first, values, compression = 0, content }: Batch): Buffer {
  const plain = Buffer.concat(values.map((value, delta) => recordOf(delta, value)));
  const records = content ?? (compression === GZIP ? gzipSync(plain) : plain);
  const batch = Buffer.alloc(61 + records.length);
  batch.writeBigInt64BE(BigInt(first), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(compression | LOG_APPEND_TIME, 21);
  batch.writeInt32BE(values.length - 1, 23);
  batch.writeBigInt64BE(TIME, 35);
  batch.writeInt32BE(values.length, 57);
  records.copy(batch, 61);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

const before = batchOf({ first: 5, values: ["a", "b"] });
const after = batchOf({ first: 9, values: ["c"] });

async function told(middle: Buffer, ...more: readonly Buffer[]): Promise<(string | undefined)[]> {
  const { messages, damage } = await readBatches(Buffer.concat([before, middle, ...more]));
  for (const { timestamp } of messages) expect(timestamp).toBe(`${TIME}`);
  const texts = messages.map(({ offset, value }) => `${offset} ${value === null ? "-" : value.toString()}`);
  return damage === undefined ? texts : [...texts, damage];
}

const READABLE = ["5 a", "6 b"];
const PASSED = [...READABLE, "7 -", "8 -", "9 c"];
const values = ["x", "y"];

const whole: [string, Batch, string[]][] = [
  ["plain", { first: 7, values }, [...READABLE, "7 x", "8 y", "9 c"]],
  ["gzip", { first: 7, values, compression: GZIP }, [...READABLE, "7 x", "8 y", "9 c"]],
  ["gzip with something else in it", { first: 7, values, compression: GZIP, content: Buffer.from("no gzip") }, PASSED],
  ["snappy", { first: 7, values, compression: 2 }, PASSED],
  ["lz4", { first: 7, values, compression: 3 }, PASSED],
  ["zstd", { first: 7, values, compression: 4 }, PASSED],
  ["a compression yet to come", { first: 7, values, compression: 5 }, PASSED],
  ["records that end too early", { first: 7, values, content: recordOf(0, "x") }, PASSED],
];

test.each(whole)(
  "F13 what stands as it was written is told, or passed over at its offsets: %s",
  async (_, batch, due) => {
    expect(await told(batchOf(batch), after)).toEqual(due);
  },
);

const damages: [string, (batch: Buffer) => unknown, string][] = [
  ["a count", (batch) => batch.writeInt32BE(3, 57), "the checksum of a batch does not match"],
  ["a smaller count", (batch) => batch.writeInt32BE(1, 57), "the checksum of a batch does not match"],
  ["a count below zero", (batch) => batch.writeInt32BE(-1, 57), "the checksum of a batch does not match"],
  ["the last offset", (batch) => batch.writeInt32BE(2, 23), "the checksum of a batch does not match"],
  ["the last offset, below zero", (batch) => batch.writeInt32BE(-2, 23), "the header of a batch is damaged"],
  ["the compression", (batch) => batch.writeInt16BE(4, 21), "the checksum of a batch does not match"],
  ["a byte of a value", (batch) => batch.writeInt8(122, batch.length - 2), "the checksum of a batch does not match"],
  ["the time of its append", (batch) => batch.writeBigInt64BE(TIME + 1n, 35), "the checksum of a batch does not match"],
  ["the format", (batch) => batch.writeInt8(1, 16), "the header of a batch is damaged"],
  ["a length of nothing", (batch) => batch.writeInt32BE(0, 8), "the length of a batch is wrong"],
  ["a length below zero", (batch) => batch.writeInt32BE(-12, 8), "the length of a batch is wrong"],
];

test.each(damages)(
  "S1 nothing is passed over of what is not what was written, nor behind it: %s",
  async (_, damage, due) => {
    const batch = batchOf({ first: 7, values });
    damage(batch);
    expect(await told(batch, after)).toEqual([...READABLE, due]);
  },
);

test("what an answer has no room for is left for the next one; an answer that begins with it is damaged", async () => {
  const batch = batchOf({ first: 7, values });
  for (const size of [1, 11, 60, batch.length - 1]) {
    expect(await told(batch.subarray(0, size))).toEqual(READABLE);
    const alone = await readBatches(batch.subarray(0, size));
    expect(alone).toEqual({ messages: [], damage: "the length of a batch is wrong" });
  }
  expect(await readBatches(Buffer.alloc(0))).toEqual({ messages: [], damage: undefined });
});
