import { expect, test } from "vitest";
import { seededChance } from "./seeded-chance.ts";

test("one seed gives the same bytes, another seed others", () => {
  const first = [1, 4, 7, 32].map((length) => [...seededChance(7).bytes(length)]);
  expect(first).toEqual([1, 4, 7, 32].map((length) => [...seededChance(7).bytes(length)]));
  expect([...seededChance(8).bytes(32)]).not.toEqual(first[3]);
});

test("the stream goes on: successive draws differ, and no byte value is favoured", () => {
  const chance = seededChance(1);
  expect([...chance.bytes(16)]).not.toEqual([...chance.bytes(16)]);
  const counts = new Array<number>(256).fill(0);
  for (const byte of chance.bytes(256_000)) counts[byte] = (counts[byte] ?? 0) + 1;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1_150);
});
