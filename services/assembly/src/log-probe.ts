import { type Clock, sleep } from "@atlas/platform/ports/clock";
import type { Log } from "@atlas/platform/ports/log";
import { type InputPartition, inputPartition } from "@atlas/platform/shard/shard-name";

/** Milliseconds between two turns, and until a question without an answer is told. */
const PACE = 1_000;
const PATIENCE = 3_000;
/** The shard that is asked for while nothing else concerns the process. */
const FIRST = ["control/0"];

/**
 * Whether the log can be asked now: asks where the input partitions of shards end, one at a turn, and all of them while one has no answer,
 * so that it is known whether the log is away or only that one.
 */
export class LogProbe {
  readonly #log: Pick<Log, "range">;
  readonly #clock: Clock;
  #shards: () => readonly string[] = () => FIRST;
  #turns = 0;
  /** Why a partition could not be asked, by its name. */
  readonly #problems = new Map<string, string>();
  /** Partitions that concern the process now. */
  #concerned = 0;
  /** Clock's monotonic milliseconds at which a partition was asked that has not answered. */
  readonly #asked = new Map<string, number>();
  #isClosed = false;

  constructor(log: Pick<Log, "range">, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  start(): void {
    void this.#go();
  }

  /** Shards that concern the process from here on. */
  concerns(shards: () => readonly string[]): void {
    this.#shards = shards;
  }

  /** Why it cannot be asked, one line each; empty: it can. */
  problems(): readonly string[] {
    const late = this.#clock.monotonic() - PATIENCE;
    const silent = [...this.#asked].filter(([, since]) => since < late).map(([place]) => place);
    const [first, ...others] = silent;
    const away = [...this.#problems].filter(([place]) => !silent.includes(place));
    const lines =
      away.length === this.#concerned
        ? away.slice(0, 1).map(([, reason]) => `the log is away: ${reason}`)
        : away.map(([place, reason]) => `${place} is away: ${reason}`);
    if (first === undefined) return lines;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return [...lines, `the log does not answer for ${first}${more}`];
  }

  close(): void {
    this.#isClosed = true;
  }

  async #go(): Promise<void> {
    while (!this.#isClosed) {
      const held = this.#shards();
      const shards = held.length === 0 ? FIRST : held;
      const inputs = shards.flatMap((shard) => inputPartition(shard) ?? []);
      this.#concerned = inputs.length;
      for (const place of this.#problems.keys()) {
        if (!inputs.some((input) => placeOf(input) === place)) this.#problems.delete(place);
      }
      const next = inputs[this.#turns++ % inputs.length] as InputPartition;
      if (this.#problems.size === 0) await this.#ask(next);
      if (this.#problems.size > 0) await Promise.all(inputs.map((input) => this.#ask(input)));
      await sleep(this.#clock, PACE);
    }
  }

  async #ask(input: InputPartition): Promise<void> {
    const place = placeOf(input);
    this.#asked.set(place, this.#clock.monotonic());
    try {
      await this.#log.range(input.topic, input.partition);
      this.#problems.delete(place);
    } catch (error) {
      this.#problems.set(place, (error as Error).message);
    }
    this.#asked.delete(place);
  }
}

function placeOf({ topic, partition }: InputPartition): string {
  return `${topic}/${partition}`;
}
