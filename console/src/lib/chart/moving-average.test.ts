import { expect, test } from "vitest";
import { averageOf, movingAverage } from "./moving-average.ts";

test("the average begins where there are enough closes, and follows them", () => {
  expect(movingAverage([1, 2, 3, 4], 3)).toEqual([undefined, undefined, 2, 3]);
  expect(movingAverage([1, 2, 3, 4], 3, 3)).toEqual([3]);
  expect(movingAverage([], 3)).toEqual([]);
});

test("what is read is exact", () => {
  expect(averageOf(["0.1", "0.2", "0.3"], 3)).toBe("0.2");
  expect(averageOf(["9", "0.1", "0.2"], 2)).toBe("0.15");
  expect(averageOf(["1"], 2)).toBeUndefined();
});
