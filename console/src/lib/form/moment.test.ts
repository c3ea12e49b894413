import { expect, test } from "vitest";
import { ageWords, dayTimeOf, exactTimeOf, millisecondsOf, timeOf } from "./moment.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// Fails when an age is rounded up: what is 59.9 s old is not a minute old.
const ages: readonly [number, string][] = [
  [-5 * SECOND, "0 s"],
  [999, "0 s"],
  [1_000, "1 s"],
  [59_999, "59 s"],
  [MINUTE, "1 min"],
  [HOUR - 1, "59 min"],
  [HOUR, "1 h"],
  [24 * HOUR - 1, "23 h"],
  [24 * HOUR, "1 d"],
  [400 * 24 * HOUR, "400 d"],
];
test.each(ages)("%i ms are an age of %j", (milliseconds, words) => {
  expect(ageWords(milliseconds)).toBe(words);
});

test("a time that is not known is a dash, and nothing in a tooltip", () => {
  expect([timeOf(undefined), dayTimeOf(undefined)]).toEqual(["—", "—"]);
  expect([millisecondsOf(undefined), exactTimeOf(undefined)]).toEqual([undefined, ""]);
});

test("a list has the day and the second", () => {
  const time = { $typeName: "google.protobuf.Timestamp", seconds: 1_800_000_000n, nanos: 7_999_999 } as const;
  expect(dayTimeOf(time)).toMatch(/^\d\d Jan \d\d:\d\d:\d\d$/);
});

test("a tooltip has the milliseconds, cut off and never rounded up", () => {
  const time = { $typeName: "google.protobuf.Timestamp", seconds: 1_800_000_000n, nanos: 7_999_999 } as const;
  expect(millisecondsOf(time)).toBe(1_800_000_000_007);
  expect(exactTimeOf(time)).toMatch(/^\d\d\/\d\d\/2027, \d\d:\d\d:\d\d\.007$/);
});
