import { expect, test } from "vitest";
import { ceilingDivide, divideCeiling, divideFloor, divideNearest, floorDivide } from "./divide.ts";

const ROWS: readonly [number, number, number, number, number][] = [
  // dividend, divisor, floor, ceiling, nearest
  [0, 5, 0, 0, 0],
  [10, 5, 2, 2, 2],
  [-10, 5, -2, -2, -2],
  [7, 5, 1, 2, 1],
  [8, 5, 1, 2, 2],
  [-7, 5, -2, -1, -1],
  [-8, 5, -2, -1, -2],
  [1, 2, 0, 1, 1],
  [-1, 2, -1, 0, -1],
];

test.each(ROWS)("%i / %i rounds down to %i, up to %i, to the nearest %i", (dividend, divisor, down, up, nearest) => {
  expect(Number(divideFloor(BigInt(dividend), BigInt(divisor)))).toBe(down);
  expect(Number(divideCeiling(BigInt(dividend), BigInt(divisor)))).toBe(up);
  expect(Number(divideNearest(BigInt(dividend), BigInt(divisor)))).toBe(nearest);
  expect(floorDivide(dividend, divisor) + 0).toBe(down);
  expect(ceilingDivide(dividend, divisor) + 0).toBe(up);
});

test("the quotient of the largest safe integers is exact", () => {
  expect(floorDivide(Number.MAX_SAFE_INTEGER, 100_000_000)).toBe(90_071_992);
  expect(floorDivide(8_999_999_999_999_999, 100_000_000)).toBe(89_999_999);
  expect(ceilingDivide(8_999_999_900_000_001, 100_000_000)).toBe(90_000_000);
});
