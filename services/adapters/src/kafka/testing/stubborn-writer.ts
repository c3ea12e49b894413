import type { Log } from "@atlas/platform/ports/log";

/** What happened to one append. */
export interface Attempt {
  readonly number: number;
  /** Where it stands; `undefined`: refused, or unknown. */
  readonly offset: number | undefined;
  readonly error: string | undefined;
}

/**
 * Appends 0, 1, 2 ... one after another, each again with the same bytes until it is acknowledged, as a shard's outbox
 * does.
 */
export class StubbornWriter {
  readonly attempts: Attempt[] = [];
  readonly #log: Log;
  readonly #topic: string;
  readonly #partition: number;
  #stopped = false;
  #done: Promise<void>;

  constructor(log: Log, topic: string, partition: number) {
    this.#log = log;
    this.#topic = topic;
    this.#partition = partition;
    this.#done = this.#run();
  }

  /** How many numbers are acknowledged. */
  get acknowledged(): number {
    return this.attempts.filter(({ offset }) => offset !== undefined).length;
  }

  /** Resolves when the number at hand is acknowledged. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#done;
  }

  async #run(): Promise<void> {
    for (let number = 0; !this.#stopped; number += 1) {
      while (!(await this.#attempt(number))) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #attempt(number: number): Promise<boolean> {
    try {
      const { offset } = await this.#log.append(this.#topic, this.#partition, bytesOf(number));
      this.attempts.push({ number, offset, error: undefined });
      return true;
    } catch (error) {
      this.attempts.push({ number, offset: undefined, error: (error as Error).name });
      return false;
    }
  }
}

export function bytesOf(number: number): Uint8Array {
  return new TextEncoder().encode(`number ${number}`);
}

export function numberOf(bytes: Uint8Array): number {
  return Number(new TextDecoder().decode(bytes).split(" ")[1]);
}
