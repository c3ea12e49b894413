import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { dirname } from "node:path";
import { EngineMissing } from "./fetch-once.ts";
import { isFree } from "./free-port.ts";
import { missing } from "./tool.ts";

export interface EngineCommand {
  /** What it is called when something is said of it. */
  readonly name: string;
  readonly port: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints goes there, run after run. */
  readonly log: string;
  /** How much it lets others go first, 0 (not at all, default) to 19. */
  readonly niceness?: number;
  /** Whether it serves by now; `log` is what this run has printed. */
  ready(log: string): Promise<boolean> | boolean;
}

/** Longest that a start may take, in milliseconds: a machine with other work on it is slow. */
const START = 120_000;
/** Longest that an orderly end may take before it is a hard one. */
const END = 15_000;

/**
 * One engine as a process of its own, which tests may kill, pause and start again. It ends with the process that
 * started it, however that ends.
 */
export class EngineProcess {
  readonly #command: EngineCommand;
  #child: ChildProcess | undefined;

  constructor(command: EngineCommand) {
    this.#command = command;
  }

  /** Starts it and waits until it serves. Throws `EngineMissing` when it does not come to that. */
  async start(): Promise<void> {
    const { name, port, program, args, env, log, niceness = 0 } = this.#command;
    if (!(await isFree(port))) throw new EngineMissing(`${name} cannot have port ${port}: something listens there`);
    mkdirSync(dirname(log), { recursive: true });
    const output = openSync(log, "a");
    const before = readFileSync(log).length;
    // In a group of its own: a Ctrl-C at the terminal is for its parent, which ends it.
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      detached: true,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    await started(child, program);
    this.#child = child;
    if (niceness > 0) stepBack(child.pid as number, niceness);
    endWithThisProcess(child);
    const deadline = performance.now() + START;
    const printed = (): string => readFileSync(log).subarray(before).toString();
    while (!(await this.#command.ready(printed()))) {
      if (isOver(child)) throw new EngineMissing(`${name} ended as it started: ${lastLines(printed())}`);
      if (performance.now() > deadline) throw new EngineMissing(`${name} does not come up; it printed ${log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** It was started and has ended, by itself or not. */
  get hasEnded(): boolean {
    return this.#child !== undefined && isOver(this.#child);
  }

  /** Ends it in an orderly way; in a hard one when that takes longer than so many milliseconds. */
  async stop(patience = END): Promise<void> {
    const hard = setTimeout(() => this.#signal("SIGKILL"), patience);
    this.#signal("SIGCONT");
    await this.#end("SIGTERM");
    clearTimeout(hard);
  }

  /** kill -9; resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Stops it in the middle of whatever it does: its connections stay open, and nothing answers. */
  async pause(): Promise<void> {
    this.#signal("SIGSTOP");
    // The signal reaches the threads of a process one after another.
    while (this.pid !== undefined && !isStopped(this.pid)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || isOver(child)) return;
    const gone = once(child, "exit");
    this.#signal(signal);
    await gone;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child !== undefined && !isOver(this.#child)) this.#child.kill(signal);
  }
}

async function started(child: ChildProcess, program: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error: NodeJS.ErrnoException) => {
      const { message } = error;
      reject(
        program === "java" ? missing("java", error) : new EngineMissing(`${program} could not be run: ${message}`),
      );
    });
  });
}

/** Before its threads start, for they take after the first one. */
function stepBack(pid: number, niceness: number): void {
  setPriority(pid, niceness);
  try {
    // Where Linux weighs sessions against each other, what stands within one does not count.
    writeFileSync(`/proc/${pid}/autogroup`, `${niceness}`);
  } catch {
    // Another system, or it does not weigh sessions.
  }
}

/** Whether a process stands still; one that is gone does. */
function isStopped(pid: number): boolean {
  if (process.platform !== "linux") {
    const state = spawnSync("ps", ["-o", "state=", "-p", `${pid}`], { encoding: "utf8" }).stdout?.trim();
    return state === undefined || state === "" || state.startsWith("T");
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may hold anything, in brackets.
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  } catch {
    return true;
  }
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Nothing tells a process on every system that its parent died. A shell can: its input, a pipe from here, ends then.
 */
function endWithThisProcess(child: ChildProcess): void {
  const watch = spawn("sh", ["-c", 'cat > /dev/null; kill -9 "$0"', `${child.pid}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.once("exit", () => watch.kill("SIGKILL"));
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-3).join(" ");
}
