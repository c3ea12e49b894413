import fc from "fast-check";
import { expect, test } from "vitest";
import { flatPosition, type Position, positionAfter } from "./position.ts";

type Fill = readonly ["BUY" | "SELL", number, number];
const rows: readonly [string, readonly Fill[], Partial<Record<keyof Position, bigint>>][] = [
  ["one buy", [["BUY", 2, 100]], { quantityMinor: 2n, costMinor: 200n, realizedMinor: 0n }],
  [
    "two buys average",
    [
      ["BUY", 1, 100],
      ["BUY", 1, 200],
    ],
    { quantityMinor: 2n, costMinor: 300n },
  ],
  [
    "a sale takes its part of the cost",
    [
      ["BUY", 2, 100],
      ["SELL", 1, 150],
    ],
    { quantityMinor: 1n, costMinor: 100n, realizedMinor: 50n },
  ],
  [
    "all sold",
    [
      ["BUY", 2, 100],
      ["SELL", 2, 90],
    ],
    { quantityMinor: 0n, costMinor: 0n, realizedMinor: -20n },
  ],
  ["sold from what was paid in", [["SELL", 2, 100]], { quantityMinor: -2n, costMinor: 200n, realizedMinor: 0n }],
  [
    "bought back",
    [
      ["SELL", 2, 100],
      ["BUY", 1, 80],
    ],
    { quantityMinor: -1n, costMinor: 100n, realizedMinor: 20n },
  ],
  [
    "through zero",
    [
      ["BUY", 1, 100],
      ["SELL", 3, 120],
    ],
    { quantityMinor: -2n, costMinor: 240n, realizedMinor: 20n },
  ],
  [
    "through zero upwards",
    [
      ["SELL", 1, 100],
      ["BUY", 3, 90],
    ],
    { quantityMinor: 2n, costMinor: 180n, realizedMinor: 10n },
  ],
  [
    "a third is rounded to the nearest",
    [
      ["BUY", 3, 33],
      ["BUY", 0, 0],
      ["SELL", 1, 33],
    ],
    { costMinor: 66n },
  ],
];

function after(fills: readonly Fill[]): Position {
  return fills.reduce(
    (position, [side, base, price]) => positionAfter(position, side, BigInt(base), BigInt(base * price), 1n),
    flatPosition("X"),
  );
}

test.each(rows)("%s", (_, fills, expected) => {
  expect(after(fills)).toMatchObject({ ...expected, feesMinor: BigInt(fills.length) });
});

test("profit and cost never leak: realized + what is held = what came in - what went out", () => {
  const fill = fc.tuple(
    fc.constantFrom("BUY" as const, "SELL" as const),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 99 }),
  );
  fc.assert(
    fc.property(fc.array(fill, { maxLength: 30 }), (fills) => {
      const { quantityMinor, costMinor, realizedMinor } = after(fills);
      const cash = fills.reduce(
        (sum, [side, base, price]) => sum + (side === "SELL" ? base * price : -base * price),
        0,
      );
      const held = fills.reduce((sum, [side, base]) => sum + (side === "BUY" ? base : -base), 0);
      expect(quantityMinor).toBe(BigInt(held));
      expect(realizedMinor - (held > 0 ? costMinor : -costMinor)).toBe(BigInt(cash));
      expect(costMinor >= 0n).toBe(true);
    }),
  );
});
