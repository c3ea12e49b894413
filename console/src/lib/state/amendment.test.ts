import { expect, test } from "vitest";
import { amendmentOf, type BegunTerms } from "./amendment.ts";

const BEGUN = { quantity: "1", limitPrice: "100", version: 3n };

const rows: readonly (readonly [
  rule: string,
  now: Partial<BegunTerms>,
  typed: readonly [string, string],
  asked: string,
])[] = [
  ["what is left alone is not asked for", {}, ["1", "101"], " @101 v3"],
  ["nothing typed is nothing asked", {}, ["1", "100"], " @ v3"],
  ["a fill meanwhile is no reason against a change", { version: 4n }, ["2", "100"], "2 @ v4"],
  ["a quantity changed elsewhere is not undone", { quantity: "5", version: 5n }, ["1", "101"], " @101 v3"],
  ["a price changed elsewhere is not undone", { limitPrice: "99", version: 5n }, ["2", "100"], "2 @ v3"],
  [
    "what somebody else did too is still asked, of the order as it was",
    { quantity: "2", version: 5n },
    ["2", "100"],
    "2 @ v3",
  ],
];

// Fails when what was typed is held against the order as it stands by then.
test.each(rows)("%s", (_, now, [quantity, limitPrice], asked) => {
  const amendment = amendmentOf(BEGUN, { ...BEGUN, ...now }, quantity, limitPrice);
  expect(`${amendment.quantity} @${amendment.limitPrice} v${amendment.version}`).toBe(asked);
});
