import { expect, test } from "vitest";
import { judgeSecondTries, type Verdict } from "./second-tries.ts";

const ROWS: readonly [rule: string, names: readonly string[], verdict: Verdict][] = [
  ["no test: nothing is said", [], { words: [], isGood: true }],
  ["one is told", ["a"], { words: ["1 passed only at the second try:", "  a"], isGood: true }],
  ["two are told", ["a", "b"], { words: ["2 passed only at the second try:", "  a", "  b"], isGood: true }],
  [
    "three are told and too many",
    ["a", "b", "c"],
    { words: ["3 passed only at the second try, more than 2 may not:", "  a", "  b", "  c"], isGood: false },
  ],
];

test.each(ROWS)("%s", (_rule, names, verdict) => {
  expect(judgeSecondTries(names)).toEqual(verdict);
});
