import { expect, test } from "vitest";
import { circumstancesOf } from "./circumstances.ts";

const SEEDS = Array.from({ length: 400 }, (_, index) => index + 1);

function isApart(seed: number): boolean {
  return circumstancesOf({ seed, minutes: 10 }).platform.holdings !== undefined;
}

test("venues have owners of their own in about half of the seeds", () => {
  const apart = SEEDS.filter(isApart).length;
  expect(apart).toBeGreaterThan(150);
  expect(apart).toBeLessThan(250);
});

test("somebody sends batches in about half of the seeds, and in half of those their shards move meanwhile (F9)", () => {
  const all = SEEDS.map((seed) => circumstancesOf({ seed, minutes: 10 }));
  const withBatches = all.filter(({ hasBatches }) => hasBatches);
  expect(withBatches.length).toBeGreaterThan(150);
  expect(withBatches.length).toBeLessThan(250);
  const moving = all.filter(({ knobs }) => knobs.some(({ cases }) => cases.includes("F9")));
  expect(moving.length).toBeGreaterThan(70);
  expect(moving.length).toBeLessThan(130);
  expect(moving.every(({ hasBatches }) => hasBatches)).toBe(true);
});

test("where F9 is asked for somebody sends batches, whatever the seed", () => {
  const some = SEEDS.map((seed) => circumstancesOf({ seed, minutes: 10, cases: ["F5", "F9"] }));
  expect(some.every(({ hasBatches }) => hasBatches)).toBe(true);
});

/** Kept, or known to catch a fault, when one owner had all shards and nobody sent batches: only so they show what they showed. */
const WHOLE = [1, 2, 3, 4, 6, 8, 9, 10, 11, 20, 23, 43, 82, 219];

test.each(WHOLE)(
  "seed %i, from before venues had owners of their own and clients batches, means what it meant",
  (seed) => {
    expect(isApart(seed)).toBe(false);
    expect(circumstancesOf({ seed, minutes: 10 }).hasBatches).toBe(false);
  },
);
