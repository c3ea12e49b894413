import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  compare,
  decimalsOf,
  divide,
  format,
  formatWithin,
  isDecimal,
  isMultipleOf,
  middle,
  multiply,
  parseTyped,
  roundTo,
  shareOf,
  stepBy,
  subtract,
} from "./decimal.ts";

describe("decimals are exact", () => {
  test.each([
    [add("0.1", "0.2"), "0.3"],
    [subtract("1", "0.000000000000000001"), "0.999999999999999999"],
    [subtract("0.5", "2"), "-1.5"],
    [multiply("60000.5", "0.001"), "60.0005"],
    [divide("1", "3", 4), "0.3333"],
    [divide("50000", "60030", 8), "0.83291687"],
    [middle("50000.01", "50000.02"), "50000.015"],
    [add("999999999999999999", "0.1"), "999999999999999999.1"],
  ])("%s is %s", (found, expected) => expect(found).toBe(expected));

  test("what is added can be taken away again", () => {
    const decimal = fc.tuple(fc.bigInt(-(10n ** 18n), 10n ** 18n), fc.nat(999_999)).map(([whole, part]) => {
      return `${whole}.${String(part).padStart(6, "0")}`;
    });
    fc.assert(fc.property(decimal, decimal, (a, b) => compare(subtract(add(a, b), b), a) === 0));
  });
});

describe("steps", () => {
  test.each([
    [roundTo("100.005", "0.01", "down"), "100"],
    [roundTo("100.005", "0.01", "up"), "100.01"],
    [roundTo("100.005", "0.01", "nearest"), "100.01"],
    [roundTo("-1.5", "1", "down"), "-2"],
    [stepBy("100.005", "0.01", 1), "100.01"],
    [stepBy("100.005", "0.01", -1), "100"],
    [stepBy("100", "0.5", 10), "105"],
    [stepBy("0.2", "0.1", -10), "0"],
    [String(decimalsOf("0.0100")), "2"],
    [String(decimalsOf("5")), "0"],
    [String(isMultipleOf("0.3", "0.1")), "true"],
    [String(isMultipleOf("0.35", "0.1")), "false"],
  ])("%s is %s", (found, expected) => expect(found).toBe(expected));
});

describe("what a person sees", () => {
  test.each([
    [format("60030", 2), "60,030.00"],
    [format("1234567.891", 2), "1,234,567.891"],
    [format("1234567.899", 2, 2), "1,234,567.89"],
    [format("-1234.5", 2), "-1,234.50"],
    [format("0"), "0"],
    [format("123"), "123"],
    [format("123456"), "123,456"],
  ])("%s is %s", (found, expected) => expect(found).toBe(expected));

  test.each([
    ["-38172.325 USD would be left, less than 100000.", "-38,172.325 USD would be left, less than 100,000."],
    ["order a1234-5678 is 12345a", "order a1234-5678 is 12345a"],
    ["999 of 1000", "999 of 1,000"],
  ])("%j reads %j", (words, read) => expect(formatWithin(words)).toBe(read));

  test("a share is for lengths only", () => {
    expect(shareOf("1", "4")).toBe(0.25);
    expect(shareOf("1", "0")).toBe(0);
  });
});

describe("what a person types", () => {
  test.each([
    ["2k", "2000"],
    ["1.5M", "1500000"],
    ["60,030.50", "60030.5"],
    ["1,234,567", "1234567"],
    ["1,500k", "1500000"],
    ["60 000", "60000"],
    ["0,5", undefined],
    ["0,500", undefined],
    ["1,5", undefined],
    ["1,50", undefined],
    ["1,2345", undefined],
    ["1234,567", undefined],
    [",500", undefined],
    ["1,234,56", undefined],
    ["0.123,456", undefined],
    ["1.234,56", undefined],
    [".5", "0.5"],
    ["5.", "5"],
    ["007", "7"],
    ["", undefined],
    [".", undefined],
    ["k", undefined],
    ["-1", undefined],
    ["1e5", undefined],
    ["1.2.3", undefined],
    ["1234567890123456789", undefined],
  ])("%j means %s", (typed, meant) => expect(parseTyped(typed)).toBe(meant));

  test.each([
    ["1.5", true],
    ["", false],
    ["1.", false],
    ["+1", false],
  ])("%j is a decimal: %s", (text, is) => expect(isDecimal(text)).toBe(is));
});
