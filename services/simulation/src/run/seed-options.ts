import { parseArgs } from "node:util";
import { knobs } from "../faults/faults.ts";
import { leaseFaults } from "../leases/lease-faults.ts";

/** What `npm run sim` was asked for. */
export interface SeedOptions {
  /** The first seed. */
  readonly seed: number;
  readonly seeds: number;
  /** Simulated minutes of each. */
  readonly minutes: number;
  /** Faults of these cases of QUALITY only; none: nothing befalls it; absent: whatever each seed draws. */
  readonly cases: readonly string[] | undefined;
  /** Clients hardly leave each other a second and faults come close together. */
  readonly isDense: boolean;
  /** Minutes of this machine after which no further run begins; absent: all of them. */
  readonly within: number | undefined;
  /** One seed was named: it is run again, in full view. */
  readonly isRepeat: boolean;
}

export const USAGE = `usage: npm run sim -- [--seeds N] [--seed S] [--minutes M] [--cases F1,F5] [--dense] [--within M]
  --seeds N    how many seeds (100, or 1 if a seed is named)
  --seed S     the first of them (1): S to S+N-1
  --minutes M  simulated minutes of each (10)
  --cases F,F  faults of these cases of QUALITY only, instead of what each seed draws; none: nothing befalls it
  --dense      requests and faults come close together, as where faults are planted
  --within M   after so many minutes no further seed begins; how many were left out is told (0: no bound)
`;

/** Throws an `Error` with a sentence that names the option and the reason. */
export function seedOptions(args: readonly string[]): SeedOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      seeds: { type: "string" },
      minutes: { type: "string" },
      cases: { type: "string" },
      dense: { type: "boolean" },
      within: { type: "string" },
    },
  });
  const isRepeat = values.seed !== undefined && (values.seeds ?? "1") === "1";
  return {
    seed: whole("--seed", values.seed ?? "1", 0, 2 ** 32 - 1),
    seeds: whole("--seeds", values.seeds ?? (isRepeat ? "1" : "100"), 1, 1_000_000),
    minutes: whole("--minutes", values.minutes ?? "10", 1, 1_000),
    cases: values.cases === "none" ? [] : values.cases?.split(",").map(known),
    isDense: values.dense ?? false,
    within: whole("--within", values.within ?? "0", 0, 10_000) || undefined,
    isRepeat,
  };
}

function known(name: string): string {
  const all = new Set([...knobs, ...leaseFaults].flatMap(({ cases }) => cases));
  if (all.has(name)) return name;
  throw new Error(`${name} is no case that a fault has; there are ${[...all].sort().join(", ")}`);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name} is a whole number from ${least} to ${most}, not "${text}"`);
}
