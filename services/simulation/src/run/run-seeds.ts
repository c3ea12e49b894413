import type { Outcome, SimulationOptions } from "../simulate.ts";
import { keepCase, keptCases } from "./kept-cases.ts";
import { type SeedOptions, seedOptions, USAGE } from "./seed-options.ts";
import { simulateAll } from "./seed-pool.ts";
import { runCommand, runName, seedRun } from "./seed-run.ts";

/** Every so many seeds one is run twice: both must leave the same trace. */
const TWICE = 25;
/** After so many runs it is told how far they are. */
const TOLD = 100;
const SHOWN = 5;
/** The part of the runs that may be left out when time is over. */
const MOST_LEFT_OUT = 0.75;
const LONGEST = 2_000;

/** Simulates what the arguments ask for and tells what came of it; answers the exit code. */
export async function runSeeds(args: readonly string[]): Promise<number> {
  let options: SeedOptions;
  try {
    options = seedOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const started = performance.now();
  const all = plan(options);
  const tally = new Tally(options);
  const seconds = () => (performance.now() - started) / 1_000;
  const goesOn = () => options.within === undefined || seconds() < options.within * 60;
  const hear = (outcome: Outcome) => {
    tally.hear(outcome);
    if (tally.runs % TOLD === 0 && tally.runs < all.length) process.stdout.write(tally.soFar(all.length, seconds()));
    return goesOn();
  };
  await simulateAll(all, hear, { hasTraces: options.isRepeat });
  process.stdout.write(tally.summary(seconds()));
  const left = all.length - tally.runs;
  if (left > 0)
    process.stdout.write(`${left} of ${all.length} runs were left out: ${options.within} minutes were over\n`);
  return tally.broken > 0 || left > all.length * MOST_LEFT_OUT ? 1 : 0;
}

/** What was kept, then the seeds; every so many twice. */
function plan(options: SeedOptions): SimulationOptions[] {
  const { seed, seeds, isRepeat } = options;
  const asked = Array.from({ length: seeds }, (_, index) => seedRun({ ...options, seed: seed + index }));
  if (isRepeat) return [...asked, ...asked];
  return [...keptCases(), ...asked.flatMap((one, index) => (index % TWICE === 0 ? [one, one] : [one]))];
}

/** What came of all of them. */
class Tally {
  broken = 0;
  runs = 0;
  readonly #options: SeedOptions;
  readonly #traces = new Map<string, string>();
  readonly #faults = new Map<string, number>();
  readonly #looked = new Map<string, number>();
  #minutes = 0;
  #requests = 0;
  #records = 0;
  #splitBatches = 0;

  constructor(options: SeedOptions) {
    this.#options = options;
  }

  hear(outcome: Outcome): void {
    const { seed, minutes, found, trace } = outcome;
    this.runs++;
    this.#minutes += minutes;
    this.#requests += outcome.requests;
    this.#records += outcome.records;
    this.#splitBatches += outcome.splitBatches;
    add(this.#faults, outcome.faults);
    add(this.#looked, outcome.looked);
    // What was kept of a seed may be of other minutes, or of some faults alone.
    const run = runName(outcome);
    const before = this.#traces.get(run);
    this.#traces.set(run, trace);
    const differs = before !== undefined && before !== trace && found.length === 0;
    if (differs) this.#tell({ ...outcome, found: [`I10: run twice, seed ${seed} left ${before} and ${trace}`] });
    else if (found.length > 0) this.#tell(outcome);
    else if (this.#options.isRepeat) process.stdout.write(`seed ${seed} holds; trace ${trace}\n`);
  }

  soFar(all: number, seconds: number): string {
    return `${this.runs} of ${all} runs, ${this.broken} broken, after ${seconds.toFixed(0)} s\n`;
  }

  summary(seconds: number): string {
    const lines = [
      `${this.runs} runs, ${this.#minutes} simulated minutes, ${this.broken} broken, in ${seconds.toFixed(0)} s: ${(this.#minutes / seconds).toFixed(1)} simulated minutes a second`,
      `${this.#requests} requests, ${this.#records} records on the log, ${sum(this.#faults)} faults`,
      `${this.#splitBatches} batches were decided by one owner in part and by another for the rest`,
      `looked at: ${words(this.#looked)}`,
      `befell it: ${words(this.#faults)}`,
    ];
    return `${lines.join("\n")}\n`;
  }

  #tell(outcome: Outcome): void {
    const { seed, found, recent, faults } = outcome;
    this.broken++;
    process.stdout.write(
      [
        `seed ${seed} is broken:`,
        ...found.slice(0, SHOWN).map((line) => line.slice(0, LONGEST)),
        "  what came last:",
        ...recent.map((line) => `  ${line}`),
        `  befell it: ${words(new Map(Object.entries(faults)))}`,
        `  again: ${runCommand(outcome)}`,
        "",
      ].join("\n"),
    );
    if (!this.#options.isRepeat) keepCase(outcome);
  }
}

function add(sums: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) sums.set(name, (sums.get(name) ?? 0) + count);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function words(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
