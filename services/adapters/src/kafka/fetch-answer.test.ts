/// <reference path="./kafkajs-internals.d.ts" />
import { expect, test } from "vitest";
import { decodeFetch } from "./fetch-answer.ts";
import { batchOf } from "./testing/batch-bytes.ts";

function int(value: number | bigint, bytes: 2 | 4 | 8): Buffer {
  const written = Buffer.alloc(8);
  written.writeBigInt64BE(BigInt(value));
  return written.subarray(8 - bytes);
}

/** Of version 11, with the partitions of one topic. */
function answerOf(...partitions: readonly Buffer[]): Buffer {
  const topic = Buffer.from("t");
  const told = partitions.flatMap((batches, partition) => [
    ...[int(partition, 4), int(0, 2), int(9, 8), int(9, 8), int(0, 8), int(-1, 4), int(-1, 4)],
    ...[int(batches.length, 4), batches],
  ]);
  const head = [int(0, 4), int(0, 2), int(0, 4), int(1, 4), int(1, 2), topic];
  return Buffer.concat([...head, int(partitions.length, 4), ...told]);
}

test("F22 who keeps a record of one partition does not keep what the answer told of others", () => {
  const bytes = answerOf(
    batchOf({ first: 0, values: ["small"] }),
    batchOf({ first: 0, values: ["large".repeat(200_000)] }),
    batchOf({ first: 3, values: ["a", "b"] }),
  );
  const { responses } = decodeFetch(bytes);
  const told = responses.flatMap(({ partitions }) => partitions);
  expect(told.map(({ messages }) => messages.map(({ offset }) => offset))).toEqual([[0], [0], [3, 4]]);
  expect(told.map(({ highWatermark }) => highWatermark)).toEqual([9, 9, 9]);
  const kept = told.flatMap(({ messages }) => messages.map(({ value }) => value?.buffer.byteLength ?? 0));
  expect(kept[0]).toBeLessThan(100_000);
  expect(kept[2]).toBeLessThan(100_000);
});
