import { expect, test } from "vitest";
import type { SimulationOptions } from "../simulate.ts";
import { seedOptions } from "./seed-options.ts";
import { runCommand, seedRun } from "./seed-run.ts";

const RUNS: readonly SimulationOptions[] = [
  { seed: 7, minutes: 10 },
  { seed: 7, minutes: 2, isDense: true },
  { seed: 7, minutes: 2, cases: ["F1", "F5"], isDense: true },
  { seed: 7, minutes: 2, cases: [], isDense: true },
];

test.each(RUNS)("the command told for $seed, $minutes, $cases, $isDense brings the same run", (run) => {
  const [, words = ""] = runCommand(run).split(" -- ");
  const options = seedOptions(words.split(" "));
  expect(seedRun(options)).toEqual(run);
  expect(options.isRepeat).toBe(true);
});
