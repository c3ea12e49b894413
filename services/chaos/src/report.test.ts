import { expect, test } from "vitest";
import { ClientBook } from "./load/client-book.ts";
import { readOptions } from "./options.ts";
import { reportOf } from "./report.ts";
import type { Outcome } from "./run-chaos.ts";

/** What is said of a run in which shards came back after so many milliseconds while nothing else was away. */
function said(undisturbed: readonly number[]): readonly string[] {
  const options = readOptions([]);
  if (options === undefined) throw new Error("no options");
  const outcome = {
    ...{ folder: "", storm: { faults: new Map(), kills: 0 }, s3Faults: new Map(), book: new ClientBook() },
    ...{ loadSeconds: 1, watch: { longest: new Map(), undisturbed }, failedStarts: 0 },
    ...{ verdict: { lost: 0, doubled: 0, findings: [] }, problems: [] },
  } as unknown as Outcome;
  return reportOf(options, outcome)
    .split("\n")
    .filter((line) => line.includes("the same while nothing else") || line.includes("promised"));
}

test("S21: it says how many deaths that nothing else disturbed took longer than the six seconds that are promised", () => {
  expect(said([5_900, 6_000, 6_001, 19_400])).toEqual([
    "the same while nothing else that it takes was away: 5.9 s, 6.0 s, 6.0 s, 19.4 s",
    "of these longer than the promised 6.0 s: 2 of 4",
  ]);
  expect(said([])).toEqual([
    "the same while nothing else that it takes was away: no such death",
    "of these longer than the promised 6.0 s: 0 of 0",
  ]);
});
