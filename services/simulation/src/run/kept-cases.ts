import { readFileSync, writeFileSync } from "node:fs";
import type { Outcome, SimulationOptions } from "../simulate.ts";
import { runName, seedRun } from "./seed-run.ts";

/** A seed that once failed: it is run for ever. */
export interface KeptCase extends SimulationOptions {
  /** What was broken. */
  readonly broke: string;
}

const FILE = new URL("../../kept-cases.json", import.meta.url);

export function keptCases(): KeptCase[] {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

/** Adds a seed that was found broken to the file, which is committed with what mends it. */
export function keepCase(outcome: Outcome): void {
  const kept = keptCases();
  const one: KeptCase = { ...seedRun(outcome), broke: outcome.found[0]?.split("\n")[0]?.slice(0, 200) ?? "" };
  if (kept.some((other) => runName(other) === runName(one))) return;
  writeFileSync(FILE, `${JSON.stringify([...kept, one], undefined, 2)}\n`);
}
