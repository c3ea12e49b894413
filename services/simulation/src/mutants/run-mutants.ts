import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { type PoolOptions, simulateAll } from "../run/seed-pool.ts";
import { runCommand, runName } from "../run/seed-run.ts";
import type { Outcome, SimulationOptions } from "../simulate.ts";
import type { Mutant } from "./mutant.ts";
import { checkPlace } from "./plant.ts";

const WORKER = fileURLToPath(new URL("./mutant-worker.ts", import.meta.url));

export interface HuntOptions {
  /** Each must be caught within so many seeds ... */
  readonly seeds: number;
  /** ... of so many simulated minutes. */
  readonly minutes: number;
  /** Told line by line what came of it. */
  readonly tell: (line: string) => void;
  /** Given what is broken without a fault. */
  readonly keep: (outcome: Outcome) => void;
  /** The platform without a fault; absent: as it is. */
  readonly sound?: PoolOptions;
}

interface Catch {
  readonly mutant: Mutant;
  readonly options: SimulationOptions;
}

/**
 * Plants each fault in a process of its own, one a core at a time, and simulates until it is caught; then the platform as it is must
 * hold on the same seeds. Answers the exit code.
 */
export async function runMutants(mutants: readonly Mutant[], hunt: HuntOptions): Promise<number> {
  const started = performance.now();
  for (const mutant of mutants) checkPlace(mutant);
  const caught: Catch[] = [];
  const waiting = [...mutants];
  const one = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const found = await hunted(next, hunt);
      if (found !== undefined) caught.push(found);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
  const doubtful = await brokenWithout(caught, hunt);
  const holes = mutants.length - caught.length + doubtful;
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  hunt.tell(`${mutants.length} faults planted, ${holes} not caught; ${minutes} minutes`);
  return holes > 0 ? 1 : 0;
}

/** Simulates with the fault, seed after seed, from the one that is known to catch it; `undefined`: it survives all of them. */
async function hunted(mutant: Mutant, { seeds, minutes, tell }: HuntOptions): Promise<Catch | undefined> {
  const started = performance.now();
  const all = seedsFor(mutant, seeds).map((seed) => optionsOf(mutant, seed, minutes));
  let broken: Outcome | undefined;
  let runs = 0;
  const heard = (outcome: Outcome): boolean => {
    runs++;
    if (outcome.found.length > 0) broken ??= outcome;
    return broken === undefined;
  };
  await simulateAll(all, heard, { worker: WORKER, args: [JSON.stringify(mutant)], processes: 1 });
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (broken === undefined) {
    tell(`SURVIVES ${runs} seeds: ${mutant.name} (${seconds} s)`);
    return undefined;
  }
  const { seed } = broken;
  tell(`${mutant.name}: seed ${seed}, ${firstLine(broken)} (${seconds} s, ${runs} ${runs === 1 ? "seed" : "seeds"})`);
  return { mutant, options: optionsOf(mutant, seed, minutes) };
}

/** Runs the seeds that caught something without any fault; answers how many catches prove nothing, for those break all the same. */
async function brokenWithout(caught: readonly Catch[], { tell, keep, sound }: HuntOptions): Promise<number> {
  const runs = new Map(caught.map(({ options }) => [runName(options), options]));
  let doubtful = 0;
  const heard = (outcome: Outcome): boolean => {
    if (outcome.found.length === 0) return true;
    const vain = caught.filter(({ options }) => runName(options) === runName(outcome)).map(({ mutant }) => mutant.name);
    doubtful += vain.length;
    tell(`WITHOUT A FAULT seed ${outcome.seed} is broken, too: ${firstLine(outcome)}; it proves nothing of ${vain}`);
    tell(`  again: ${runCommand(outcome)}`);
    keep(outcome);
    return true;
  };
  await simulateAll([...runs.values()], heard, sound);
  const seeds = runs.size === 1 ? "1 run" : `${runs.size} runs`;
  tell(`${seeds} without a fault: ${doubtful === 0 ? "nothing is broken" : "broken, too"}`);
  return doubtful;
}

/** The known one first, then the others from 1 on. */
function seedsFor({ seed: known }: Mutant, count: number): number[] {
  const others = Array.from({ length: count }, (_, index) => index + 1).filter((seed) => seed !== known);
  return (known === undefined ? others : [known, ...others]).slice(0, count);
}

function optionsOf({ cases }: Mutant, seed: number, minutes: number): SimulationOptions {
  return { seed, minutes, isDense: true, ...(cases === undefined ? {} : { cases }) };
}

function firstLine({ found }: Outcome): string {
  return found[0]?.split("\n")[0]?.slice(0, 140) ?? "";
}
