import { expect, test } from "vitest";
import { readOptions, WrongOption } from "./options.ts";

test("three minutes, 150 requests a second and a seed of its own unless said otherwise", () => {
  expect(readOptions([])).toMatchObject({ minutes: 3, rate: 150, brokers: 1, keepStoreUp: false });
  const args = ["--minutes", "60", "--seed", "7", "--rate", "20", "--brokers", "3", "--keep-store-up"];
  expect(readOptions(args)).toEqual({ minutes: 60, seed: 7, rate: 20, brokers: 3, keepStoreUp: true });
  expect(readOptions(["--help"])).toBeUndefined();
});

test.each([
  ["--minutes", "0", "--minutes is a whole number from 1 to 1440"],
  ["--seed", "x", "--seed is a whole number"],
  ["--rate", "0.5", "--rate is a whole number"],
  ["--brokers", "2", "--brokers is 1 or 3"],
  ["--speed", "1", "'--speed'"],
])("%s %s is refused with a sentence that names it", (option, value, said) => {
  expect(() => readOptions([option, value])).toThrow(WrongOption);
  expect(() => readOptions([option, value])).toThrow(said);
});
