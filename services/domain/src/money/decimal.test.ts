import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAmount, printAmount } from "./amount.ts";
import { parseScaled, printScaled, sameDecimal } from "./decimal.ts";

const NINES = "9".repeat(18);

describe("parseScaled", () => {
  const rows: readonly [string, number, number | bigint | string][] = [
    ["0", 8, 0],
    ["-0", 8, 0],
    ["-0.000", 8, 0],
    ["1", 0, 1],
    ["1.0", 0, 1],
    ["1", 8, 100_000_000],
    ["50000.25", 8, 5_000_025_000_000],
    ["0.00000001", 8, 1],
    ["-0.00000001", 8, -1],
    ["0.000000010", 8, 1],
    ["0.000000001", 8, "TOO_MANY_DECIMALS"],
    ["1.5", 0, "TOO_MANY_DECIMALS"],
    ["9999999.99999999", 8, 999_999_999_999_999],
    ["10000000", 8, 1_000_000_000_000_000],
    ["90071992.54740991", 8, Number.MAX_SAFE_INTEGER],
    ["-90071992.54740991", 8, Number.MIN_SAFE_INTEGER],
    ["90071992.54740992", 8, 9_007_199_254_740_992n],
    ["-90071992.54740992", 8, -9_007_199_254_740_992n],
    [NINES, 0, 999_999_999_999_999_999n],
    [`${NINES}.${NINES}`, 18, 10n ** 36n - 1n],
    [`-${NINES}.${NINES}`, 18, 1n - 10n ** 36n],
    [`${NINES}9`, 0, "TOO_MANY_DIGITS"],
    [`1.${"0".repeat(18)}`, 8, 100_000_000],
    [`1.${"0".repeat(19)}`, 8, "TOO_MANY_DIGITS"],
    ["9".repeat(400), 8, "TOO_MANY_DIGITS"],
    ["", 8, "NOT_A_DECIMAL"],
    ["-", 8, "NOT_A_DECIMAL"],
    [".", 8, "NOT_A_DECIMAL"],
    [".5", 8, "NOT_A_DECIMAL"],
    ["5.", 8, "NOT_A_DECIMAL"],
    ["-.5", 8, "NOT_A_DECIMAL"],
    ["00", 8, "NOT_A_DECIMAL"],
    ["01", 8, "NOT_A_DECIMAL"],
    ["-01.5", 8, "NOT_A_DECIMAL"],
    ["+1", 8, "NOT_A_DECIMAL"],
    ["--1", 8, "NOT_A_DECIMAL"],
    [" 1", 8, "NOT_A_DECIMAL"],
    ["1 ", 8, "NOT_A_DECIMAL"],
    ["1\n", 8, "NOT_A_DECIMAL"],
    ["1e3", 8, "NOT_A_DECIMAL"],
    ["1e400", 8, "NOT_A_DECIMAL"],
    ["1.2.3", 8, "NOT_A_DECIMAL"],
    ["1.-2", 8, "NOT_A_DECIMAL"],
    ["1,5", 8, "NOT_A_DECIMAL"],
    ["1_000", 8, "NOT_A_DECIMAL"],
    ["0x10", 8, "NOT_A_DECIMAL"],
    ["NaN", 8, "NOT_A_DECIMAL"],
    ["Infinity", 8, "NOT_A_DECIMAL"],
    ["１", 8, "NOT_A_DECIMAL"],
    ["1٫5", 8, "NOT_A_DECIMAL"],
    ["-½", 8, "NOT_A_DECIMAL"],
  ];
  test.each(rows)("%j in units of 10^-%i is %s", (text, decimals, expected) => {
    expect(parseScaled(text, decimals)).toBe(expected);
  });

  test("agrees with BigInt at every length and number of decimals", () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 18 });
    fc.assert(
      fc.property(
        digits,
        digits,
        fc.integer({ min: 0, max: 18 }),
        fc.boolean(),
        (whole, behind, decimals, negative) => {
          const integer = BigInt(whole.join("")).toString();
          const fraction = behind.slice(0, decimals).join("");
          const text = `${negative ? "-" : ""}${integer}${fraction === "" ? "" : `.${fraction}`}`;
          const magnitude = BigInt(integer + fraction.padEnd(decimals, "0"));
          const expected = negative ? -magnitude : magnitude;
          const units = parseScaled(text, decimals);
          expect(typeof units === "string" ? units : BigInt(units)).toBe(expected);
          expect(typeof units === "number").toBe(Number.isSafeInteger(Number(expected)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("printScaled", () => {
  const rows: readonly [number | bigint, number, string][] = [
    [0, 8, "0"],
    [0n, 8, "0"],
    [-0, 8, "0"],
    [1, 0, "1"],
    [1, 8, "0.00000001"],
    [-1, 8, "-0.00000001"],
    [10, 8, "0.0000001"],
    [100_000_000, 8, "1"],
    [5_000_025_000_000, 8, "50000.25"],
    [Number.MAX_SAFE_INTEGER, 8, "90071992.54740991"],
    [Number.MAX_SAFE_INTEGER, 0, "9007199254740991"],
    [8_999_999_999_999_999, 8, "89999999.99999999"],
    [9_007_199_254_740_992n, 8, "90071992.54740992"],
    [-9_007_199_254_740_992n, 8, "-90071992.54740992"],
    [10n ** 36n - 1n, 18, `${NINES}.${NINES}`],
    [10n ** 20n, 8, "1000000000000"],
    [10n ** 20n, 0, "100000000000000000000"],
  ];
  test.each(rows)("%s of 10^-%i is %s", (units, decimals, expected) => {
    expect(printScaled(units, decimals)).toBe(expected);
  });

  test("is read back to the same units", () => {
    const units = fc.bigInt({ min: 1n - 10n ** 26n, max: 10n ** 26n - 1n });
    fc.assert(
      fc.property(units, fc.integer({ min: 8, max: 18 }), (value, decimals) => {
        const parsed = parseScaled(printScaled(value, decimals), decimals);
        expect(typeof parsed === "string" ? parsed : BigInt(parsed)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ["1", "1.0", true],
  ["0", "-0.00", true],
  ["1.000000000000000001", "1", false],
  ["x", "x", true],
  ["x", "y", false],
  ["1", "01", false],
])("sameDecimal compares by value: %s and %s", (left, right, same) => {
  expect(sameDecimal(left, right)).toBe(same);
});

test("amounts go there and back", () => {
  expect(parseAmount("1000000.5")).toBe(100_000_050_000_000n);
  expect(parseAmount("999999999999.99999999")).toBe(99_999_999_999_999_999_999n);
  expect(parseAmount("1.123456789")).toBe("TOO_MANY_DECIMALS");
  expect(printAmount(-150_000_000n)).toBe("-1.5");
});
