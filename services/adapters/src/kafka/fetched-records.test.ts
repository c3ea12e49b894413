import { LogDamaged } from "@atlas/platform/ports/log";
import { expect, test } from "vitest";
import { recordsFrom } from "./fetched-records.ts";

const messageAt = (offset: number, value: Buffer | null = Buffer.from("x")) => {
  return { offset, timestamp: 7, value, headers: Buffer.alloc(0) };
};
const fetched = (offsets: readonly number[], damage?: string) => {
  return { messages: offsets.map((offset) => messageAt(offset)), damage };
};
const offsetsFrom = (from: number, offsets: readonly number[], damage?: string) =>
  recordsFrom(fetched(offsets, damage), from, "t/0").map(({ offset }) => offset);

test("S1 what stands before a damage is told; who asks for the damage itself hears of it, and nothing behind", () => {
  expect(offsetsFrom(3, [2, 3, 4], "torn")).toEqual([3, 4]);
  expect(() => offsetsFrom(5, [], "torn")).toThrow(new LogDamaged("t/0: 5 cannot be read: torn"));
});

test("S1 an answer that leaves out an offset, or has only others, is no answer; an empty one is an end", () => {
  expect(() => offsetsFrom(3, [3, 5])).toThrow("t/0: offset 5 follows where 4 should be");
  expect(() => offsetsFrom(3, [4])).toThrow("t/0: offset 4 follows where 3 should be");
  expect(() => offsetsFrom(3, [1, 2])).toThrow("t/0: 3 is not where it should be");
  expect(offsetsFrom(3, [])).toEqual([]);
});

test("F13 a record without a value has no bytes", () => {
  const records = recordsFrom({ messages: [messageAt(0, null)], damage: undefined }, 0, "t/0");
  expect(records).toEqual([{ offset: 0, appendTime: 7, bytes: new Uint8Array(0) }]);
});
