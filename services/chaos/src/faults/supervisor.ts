import { setTimeout as sleep } from "node:timers/promises";
import type { AtlasProcess } from "../cluster/atlas-process.ts";

/** Milliseconds between two looks, and between two attempts to start a process. */
const LOOK = 250;
const AGAIN = 1_000;

/** Starts processes again, as the supervisor of a real platform does, and notes those that ended without being killed. */
export class Supervisor {
  /** Processes that had come up and ended by themselves, in words. */
  readonly ended: string[] = [];
  /** Starts that came to nothing: what they need may be away just then. */
  failedStarts = 0;
  readonly #processes: readonly AtlasProcess[];
  readonly #tell: (line: string) => void;
  /** Those that somebody else deals with. */
  readonly #left = new Set<AtlasProcess>();
  #isOver = false;

  constructor(processes: readonly AtlasProcess[], tell: (line: string) => void) {
    this.#processes = processes;
    this.#tell = tell;
    void this.#watch();
  }

  /** kill -9, and a start after so many milliseconds; resolves when it is up. */
  async killFor(one: AtlasProcess, milliseconds: number): Promise<void> {
    this.#left.add(one);
    await one.process.kill();
    await sleep(milliseconds);
    await this.#start(one);
    this.#left.delete(one);
  }

  stop(): void {
    this.#isOver = true;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      for (const one of this.#processes) if (one.process.hasEnded && !this.#left.has(one)) this.#fell(one);
      await sleep(LOOK);
    }
  }

  #fell(one: AtlasProcess): void {
    this.ended.push(`${one.name} ended by itself: see ${one.log}`);
    this.#tell(`${one.name} ended by itself`);
    this.#left.add(one);
    void this.#start(one).then(() => this.#left.delete(one));
  }

  async #start({ name, process }: AtlasProcess): Promise<void> {
    while (!this.#isOver) {
      try {
        await process.start();
        return;
      } catch (error) {
        this.failedStarts++;
        this.#tell(`${name} did not come up: ${(error as Error).message}`);
        await process.kill();
        await sleep(AGAIN);
      }
    }
  }
}
