import { readFileSync, writeFileSync } from "node:fs";

/** A seed that once failed: it is run for ever. */
export interface KeptCase {
  readonly seed: number;
  readonly minutes: number;
  readonly cases?: readonly string[];
  /** What was broken. */
  readonly broke: string;
}

const FILE = new URL("../../kept-cases.json", import.meta.url);

export function keptCases(): KeptCase[] {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

/** Adds it to the file, which is committed with what mends it. */
export function keepCase(one: KeptCase): void {
  const kept = keptCases();
  const runOf = ({ seed, minutes, cases }: KeptCase) => JSON.stringify([seed, minutes, cases]);
  if (kept.some((other) => runOf(other) === runOf(one))) return;
  writeFileSync(FILE, `${JSON.stringify([...kept, one], undefined, 2)}\n`);
}
