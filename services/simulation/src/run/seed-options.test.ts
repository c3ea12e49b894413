import { expect, test } from "vitest";
import { seedOptions } from "./seed-options.ts";

test.each([
  ["", { seed: 1, seeds: 100, minutes: 10, cases: undefined, isDense: false, within: undefined, isRepeat: false }],
  ["--seed 7", { seed: 7, seeds: 1, minutes: 10, cases: undefined, isDense: false, within: undefined, isRepeat: true }],
  [
    "--seed 7 --seeds 3 --minutes 2",
    { seed: 7, seeds: 3, minutes: 2, cases: undefined, isDense: false, within: undefined, isRepeat: false },
  ],
  [
    "--cases F1,F5",
    { seed: 1, seeds: 100, minutes: 10, cases: ["F1", "F5"], isDense: false, within: undefined, isRepeat: false },
  ],
  ["--cases none", { seed: 1, seeds: 100, minutes: 10, cases: [], isDense: false, within: undefined, isRepeat: false }],
  [
    "--dense",
    { seed: 1, seeds: 100, minutes: 10, cases: undefined, isDense: true, within: undefined, isRepeat: false },
  ],
  ["--within 12", { seed: 1, seeds: 100, minutes: 10, cases: undefined, isDense: false, within: 12, isRepeat: false }],
])("npm run sim -- %s", (words, due) => {
  expect(seedOptions(words.split(" ").filter((word) => word !== ""))).toEqual(due);
});

test.each([
  ["--seeds 0", "--seeds is a whole number from 1 to 1000000"],
  ["--minutes 1.5", "--minutes is a whole number from 1 to 1000"],
  ["--seed -1", "--seed"],
  ["--within soon", "--within is a whole number from 0 to 10000"],
  ["--cases F99", "F99 is no case that a fault has"],
  ["--nothing", "Unknown option '--nothing'"],
])("%s is refused with the option and the reason", (words, reason) => {
  expect(() => seedOptions(words.split(" "))).toThrow(reason);
});
