import { expect, test } from "vitest";
import { ClientBook } from "./load/client-book.ts";
import { readOptions } from "./options.ts";
import { isBroken, reportOf } from "./report.ts";
import type { Outcome } from "./run-chaos.ts";

const options = readOptions([]) ?? expect.fail("no options");

/** Of a run in which shards came back after so many milliseconds while nothing else was away. */
function outcomeOf(undisturbed: readonly number[], brokenOff?: string): Outcome {
  const findings = [{ invariant: "I21", holds: true, text: "7 items" }];
  return {
    ...{ folder: "", storm: { faults: new Map(), kills: 0 }, s3Faults: new Map(), book: new ClientBook() },
    ...{ loadSeconds: 1, watch: { longest: new Map(), undisturbed }, failedStarts: 0 },
    ...{ verdict: { lost: 0, doubled: 0, findings, brokenOff }, problems: [] },
  } as unknown as Outcome;
}

function said(undisturbed: readonly number[]): readonly string[] {
  return reportOf(options, outcomeOf(undisturbed))
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

// Fails when what nobody looked at counts as neither lost nor doubled.
test("a run of which not all could be compared is broken, and says so beside its counts", () => {
  const outcome = outcomeOf([], "Error: no answer came in time");
  expect(isBroken(outcome)).toBe(true);
  expect(reportOf(options, outcome).split("\n").slice(-3)).toEqual([
    "I21  so far  7 items",
    "BROKEN: not all could be compared: Error: no answer came in time",
    "lost 0, doubled 0 in what was compared; of the rest it is not known",
  ]);
  expect(isBroken(outcomeOf([]))).toBe(false);
  expect(reportOf(options, outcomeOf([])).split("\n").slice(-2)).toEqual(["I21  holds   7 items", "lost 0, doubled 0"]);
});
