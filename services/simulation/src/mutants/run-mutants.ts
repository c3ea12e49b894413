import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { type PoolOptions, simulateAll } from "../run/seed-pool.ts";
import type { Outcome } from "../simulate.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { checkPlace } from "./plant.ts";

const WORKER = fileURLToPath(new URL("./mutant-worker.ts", import.meta.url));
/** Each must be caught within so many seeds ... */
const SEEDS = 200;
/** ... of so many simulated minutes. */
const MINUTES = 2;

/** Plants each fault in turn and simulates until it is caught; answers the exit code. `only`: mutants whose name has this in it. */
export async function runMutants(only: string): Promise<number> {
  const started = performance.now();
  const waiting = mutants.filter(({ name }) => name.includes(only));
  for (const mutant of waiting) checkPlace(mutant);
  let holes = 0;
  const one = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { isCaught, words } = await judge(next);
      if (!isCaught) holes++;
      process.stdout.write(`${next.name}: ${words}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
  process.stdout.write(`${holes} not caught; ${((performance.now() - started) / 60_000).toFixed(1)} minutes\n`);
  return holes > 0 ? 1 : 0;
}

/** Whether the mutant is caught, by a seed on which the platform as it is holds. */
async function judge(mutant: Mutant): Promise<{ isCaught: boolean; words: string }> {
  const caught = await firstBroken(
    Array.from({ length: SEEDS }, (_, index) => index + 1),
    mutant,
    {
      worker: WORKER,
      args: [mutant.name],
    },
  );
  if (caught === undefined) return { isCaught: false, words: `SURVIVED ${SEEDS} seeds` };
  const without = await firstBroken([caught.seed], mutant, {});
  if (without === undefined) return { isCaught: true, words: tell(caught) };
  return { isCaught: false, words: `THE PLATFORM ITSELF IS BROKEN BY ${tell(without)}` };
}

async function firstBroken(
  seeds: readonly number[],
  { cases }: Mutant,
  pool: PoolOptions,
): Promise<Outcome | undefined> {
  let broken: Outcome | undefined;
  const heard = (outcome: Outcome): boolean => {
    if (outcome.found.length > 0) broken ??= outcome;
    return broken === undefined;
  };
  const all = seeds.map((seed) => ({
    seed,
    minutes: MINUTES,
    isDense: true,
    ...(cases === undefined ? {} : { cases }),
  }));
  await simulateAll(all, heard, { ...pool, processes: 1 });
  return broken;
}

function tell({ seed, found }: Outcome): string {
  return `seed ${seed}, ${found[0]?.split("\n")[0]?.slice(0, 140)}`;
}
