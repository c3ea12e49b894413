import { setTimeout as sleep } from "node:timers/promises";
import type { AtlasProcess } from "../cluster/atlas-process.ts";

/** Milliseconds between two looks, and before a start is tried again. */
const LOOK = 250;
const AGAIN = 1_000;

/** Starts processes again, as the supervisor of a real platform does, and notes those that ended without being killed. */
export class Supervisor {
  /** Processes that had come up and ended by themselves, in words. */
  readonly ended: string[] = [];
  /** Starts that came to nothing, each of them counted: what they need may be away just then. */
  failedStarts = 0;
  readonly #processes: readonly AtlasProcess[];
  readonly #tell: (line: string) => void;
  readonly #again: number;
  /** Those that are being started again, and when they are up. */
  readonly #starts = new Map<AtlasProcess, Promise<void>>();
  #isOver = false;

  /** `again`: milliseconds from a start that came to nothing to the next one. */
  constructor(processes: readonly AtlasProcess[], tell: (line: string) => void, again = AGAIN) {
    this.#processes = processes;
    this.#tell = tell;
    this.#again = again;
    void this.#watch();
  }

  /** kill -9, and a start after so many milliseconds, if nobody has started it by then; resolves when it is up. */
  async killFor(one: AtlasProcess, milliseconds: number): Promise<void> {
    const gone = Promise.all([one.process.kill(), this.#starts.get(one)]);
    await this.#startAfter(
      one,
      gone.then(() => sleep(milliseconds)),
    );
  }

  stop(): void {
    this.#isOver = true;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      for (const one of this.#processes) if (one.process.hasEnded && !this.#starts.has(one)) this.#fell(one);
      await sleep(LOOK);
    }
  }

  #fell(one: AtlasProcess): void {
    this.ended.push(`${one.name} ended by itself: see ${one.log}`);
    this.#tell(`${one.name} ended by itself`);
    void this.#startAfter(one, Promise.resolve());
  }

  /** Only one may start a process at a time: two would be two processes at one port, one of which nobody knows. */
  #startAfter(one: AtlasProcess, gone: Promise<void>): Promise<void> {
    const start = gone
      .then(() => (one.process.hasEnded ? this.#start(one) : undefined))
      .finally(() => {
        if (this.#starts.get(one) === start) this.#starts.delete(one);
      });
    this.#starts.set(one, start);
    return start;
  }

  /** What is in the way is told once, and again when it is something else. */
  async #start({ name, process }: AtlasProcess): Promise<void> {
    let told = "";
    while (!this.#isOver) {
      try {
        await process.start();
        return;
      } catch (error) {
        this.failedStarts++;
        const { message } = error as Error;
        if (message !== told) this.#tell(`${name} did not come up: ${message}`);
        told = message;
        await process.kill();
        await sleep(this.#again);
      }
    }
  }
}
