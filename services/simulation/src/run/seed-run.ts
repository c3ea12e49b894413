import type { SimulationOptions } from "../simulate.ts";

/** All that decides what a run brings, without whatever else is told of it. */
export function seedRun({ seed, minutes, cases, isDense }: SimulationOptions): SimulationOptions {
  return { seed, minutes, ...(cases === undefined ? {} : { cases }), ...(isDense ? { isDense } : {}) };
}

/** The same for the same run alone. */
export function runName(run: SimulationOptions): string {
  return JSON.stringify(seedRun(run));
}

/** The command that brings it once more. */
export function runCommand({ seed, minutes, cases, isDense }: SimulationOptions): string {
  const of = cases === undefined ? "" : ` --cases ${cases.length === 0 ? "none" : cases.join(",")}`;
  return `npm run sim -- --seed ${seed} --minutes ${minutes}${of}${isDense ? " --dense" : ""}`;
}
