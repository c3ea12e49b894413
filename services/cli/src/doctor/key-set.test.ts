import { expect, test } from "vitest";
import { KeySet } from "./key-set.ts";

test("I6: each of many keys is new once, and known from then on", () => {
  const keys = new KeySet();
  const count = 50_000;
  const key = (number: number) => `account-${number % 7}\0${number}`;
  for (let number = 0; number < count; number++) {
    if (keys.has(key(number)) || !keys.add(key(number))) throw new Error(`${number} was there before`);
  }
  for (let number = 0; number < count; number++) {
    if (!keys.has(key(number)) || keys.add(key(number))) throw new Error(`${number} was forgotten`);
    if (keys.has(key(count + number))) throw new Error(`${count + number} was never there`);
  }
  expect(["", "account-0", "account-0\0"].map((other) => keys.has(other))).toEqual([false, false, false]);
});
