import { expect, test } from "vitest";
import { ChecksumTable } from "./checksum-table.ts";

/** So many entries V8 puts into a Map. */
const MAP_ENTRIES = 2 ** 24;

test("more checksums are kept than a Map has entries, each under its number", () => {
  const table = new ChecksumTable();
  for (let number = 1; number <= MAP_ENTRIES + 2; number++) table.set(number, 0xffffffff - number);
  const numbers = [0, 1, 65_535, 65_536, MAP_ENTRIES, MAP_ENTRIES + 2, MAP_ENTRIES + 3];
  const known = numbers.map((number) => (number === 0 || number > MAP_ENTRIES + 2 ? undefined : 0xffffffff - number));
  expect(numbers.map((number) => table.get(number))).toEqual(known);
});

test("a checksum of 0 is one, and what was never told is none, however far apart numbers are", () => {
  const table = new ChecksumTable();
  table.set(7, 0);
  table.set(2 ** 40, 5);
  table.set(7, 3);
  table.set(8, 0);
  const numbers = [6, 7, 8, 9, 2 ** 40, 2 ** 40 + 1, 2 ** 52];
  expect(numbers.map((number) => table.get(number))).toEqual([undefined, 3, 0, undefined, 5, undefined, undefined]);
});
