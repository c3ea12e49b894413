import type { Level } from "@atlas/gen/atlas/market/v1/market_pb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bookDiff } from "./book-diff.ts";
import { BookSide } from "./book-side.ts";
import { level } from "./market.fixture.ts";

/** Prices on both sides of the safe integers in units of 1e-8, so that numbers and bigints stand side by side. */
const prices = [
  "0.00000001",
  "0.5",
  "99.99",
  "100",
  "100.01",
  "90071992.54740991",
  "90071992.54740992",
  "123456789012",
];
const changes = fc.array(fc.record({ price: fc.constantFrom(...prices), quantity: fc.constantFrom("0", "1", "2.5") }), {
  maxLength: 60,
});

function naive(levels: readonly Level[], highestFirst: boolean): Level[] {
  const book = new Map<string, Level>();
  for (const one of levels) {
    if (one.quantity === "0") book.delete(one.price);
    else book.set(one.price, one);
  }
  const ordered = [...prices].reverse().flatMap((price) => book.get(price) ?? []);
  return highestFirst ? ordered : ordered.reverse();
}

test.each([true, false])(
  "I11: a snapshot and its deltas are the book, best first (highest first: %s)",
  (highestFirst) => {
    fc.assert(
      fc.property(changes, fc.nat(60), (steps, cut) => {
        const levels = steps.map(({ price, quantity }) => level(price, quantity));
        const followed = new BookSide(highestFirst);
        for (const one of levels) followed.set(one);
        const loaded = new BookSide(highestFirst);
        loaded.load(naive(levels.slice(0, cut), highestFirst));
        for (const one of levels.slice(cut)) loaded.set(one);
        const expected = naive(levels, highestFirst);
        expect(followed.top(100)).toEqual(expected);
        expect(loaded.top(100)).toEqual(expected);
        expect(followed.best).toEqual(expected[0]);
      }),
    );
  },
);

test("a diff takes a reader of the best levels from before to after, and no further", () => {
  fc.assert(
    fc.property(changes, changes, fc.integer({ min: 1, max: 6 }), (first, second, depth) => {
      const before = { bids: naive(toLevels(first), true), asks: naive(toLevels(first), false) };
      const all = toLevels([...first, ...second]);
      const after = { bids: naive(all, true), asks: naive(all, false) };
      const diff = bookDiff(before, after, depth);
      for (const side of ["bids", "asks"] as const) {
        const reader = new BookSide(side === "bids");
        reader.load(before[side].slice(0, depth));
        for (const one of diff[side]) reader.set(one);
        expect(reader.top(100)).toEqual(after[side].slice(0, depth));
      }
    }),
  );
});

test("equal tops differ in nothing", () => {
  const top = { bids: [level("1", "2")], asks: [level("3", "4")] };
  expect(bookDiff(top, { bids: [level("1", "2")], asks: [level("3", "4")] }, 5)).toEqual({ bids: [], asks: [] });
});

function toLevels(steps: readonly { price: string; quantity: string }[]): Level[] {
  return steps.map(({ price, quantity }) => level(price, quantity));
}
