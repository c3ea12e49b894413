import { expect, test } from "vitest";
import { accountFor, addressOf, readAddress } from "./desk-address.ts";

test.each([
  ["/?instrument=BTC-USD", "BTC-USD", ""],
  ["/?instrument=BTC-USD&account=second", "BTC-USD", "second"],
  ["/?instrument=A%26B&account=a%20b%2Fc", "A&B", "a b/c"],
])("%s says which instrument and which account", (address, instrumentId, accountId) => {
  expect(addressOf({ instrumentId, accountId })).toBe(address);
  expect(readAddress(address.slice(1))).toEqual({ instrumentId, accountId });
});

test("an address that says nothing is read as nothing", () => {
  expect(readAddress("")).toEqual({ instrumentId: "", accountId: "" });
});

test("an account in the address counts only if it is the person's", () => {
  expect(accountFor("second", ["first", "second"])).toBe("second");
  expect(accountFor("foreign", ["first", "second"])).toBe("first");
  expect(accountFor("", ["first"])).toBe("first");
  expect(accountFor("foreign", [])).toBeUndefined();
});
