import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Outcome, SimulationOptions } from "../simulate.ts";
import { seedRun } from "./seed-run.ts";

const WORKER = fileURLToPath(new URL("./seed-worker.ts", import.meta.url));
const ERROR_CHARACTERS = 4_000;
/** Thousands of errors a seed are caught and never read; to know where each was made takes a sixth of the time. */
const NO_TRACES = "--stack-trace-limit=0";

export interface PoolOptions {
  /** The program of a process; absent: the platform as it is. */
  readonly worker?: string;
  readonly args?: readonly string[];
  /** How many processes at once; absent: one a core. */
  readonly processes?: number;
  /** Errors tell where they come from: for who looks at one seed. */
  readonly hasTraces?: boolean;
}

/**
 * Simulates in processes of their own, in the order given; `heard` is told as each ends, in any order, and says whether to go on.
 * A process that ends by itself is an outcome, too.
 */
export async function simulateAll(
  all: readonly SimulationOptions[],
  heard: (outcome: Outcome) => boolean,
  { worker = WORKER, args = [], processes = availableParallelism(), hasTraces = false }: PoolOptions = {},
): Promise<void> {
  const waiting = [...all];
  const execArgv = hasTraces ? process.execArgv : [...process.execArgv, NO_TRACES];
  const start = () =>
    fork(worker, args, { stdio: ["ignore", "inherit", "pipe", "ipc"], serialization: "advanced", execArgv });
  const one = async (): Promise<void> => {
    let child = start();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await ask(child, next);
      if (!heard(outcome)) waiting.length = 0;
      if (child.exitCode !== null || child.signalCode !== null) child = start();
    }
    child.kill();
  };
  await Promise.all(Array.from({ length: Math.min(processes, all.length) }, one));
}

function ask(child: ChildProcess, options: SimulationOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    let errors = "";
    const hear = (chunk: Buffer): void => {
      errors = `${errors}${chunk}`.slice(-ERROR_CHARACTERS);
    };
    const finish = (outcome: Outcome): void => {
      child.off("message", finish).off("exit", die);
      child.stderr?.off("data", hear);
      resolve(outcome);
    };
    const die = (): void => finish(diedOf(options, errors));
    child.on("message", finish).on("exit", die);
    child.stderr?.on("data", hear);
    child.send(options);
  });
}

/** Nothing may throw where nobody catches it. */
function diedOf(options: SimulationOptions, errors: string): Outcome {
  const found = [`LIVE: the process ended by itself: ${errors.trim()}`];
  return {
    ...seedRun(options),
    found,
    recent: [],
    trace: "",
    requests: 0,
    records: 0,
    splitBatches: 0,
    faults: {},
    looked: { LIVE: 1 },
  };
}
