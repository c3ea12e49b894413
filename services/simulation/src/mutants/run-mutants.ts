import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { simulateAll } from "../run/seed-pool.ts";
import type { Outcome } from "../simulate.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { checkPlace } from "./plant.ts";

const WORKER = fileURLToPath(new URL("./mutant-worker.ts", import.meta.url));
/** Each must be caught within so many seeds ... */
const SEEDS = 200;
/** ... of so many simulated minutes. */
const MINUTES = 3;

/** Plants each fault in turn and simulates until it is caught; answers the exit code. `only`: mutants whose name has this in it. */
export async function runMutants(only: string): Promise<number> {
  const started = performance.now();
  const waiting = mutants.filter(({ name }) => name.includes(only));
  for (const mutant of waiting) checkPlace(mutant);
  let survived = 0;
  const one = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const caught = await hunt(next);
      if (caught === undefined) survived++;
      process.stdout.write(`${next.name}: ${caught === undefined ? "SURVIVED" : tell(caught)}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
  process.stdout.write(`${survived} survived; ${((performance.now() - started) / 60_000).toFixed(1)} minutes\n`);
  return survived > 0 ? 1 : 0;
}

/** What caught it; `undefined`: nothing did. */
async function hunt(mutant: Mutant): Promise<Outcome | undefined> {
  let caught: Outcome | undefined;
  const cases = mutant.cases === undefined ? {} : { cases: mutant.cases };
  const all = Array.from({ length: SEEDS }, (_, index) => ({ seed: index + 1, minutes: MINUTES, ...cases }));
  const heard = (outcome: Outcome): boolean => {
    if (outcome.found.length > 0) caught ??= outcome;
    return caught === undefined;
  };
  await simulateAll(all, heard, { worker: WORKER, args: [mutant.name], processes: 1 });
  return caught;
}

function tell({ seed, found }: Outcome): string {
  return `seed ${seed}, ${found[0]?.split("\n")[0]?.slice(0, 140)}`;
}
