import type { Clock } from "../ports/clock.ts";
import type { Warn } from "./warn.ts";

/** An append time so far ahead of this process's clock, in milliseconds, is told to a person (S8). */
const AHEAD = 10_000;
/** And again after so many milliseconds, while it lasts. */
const AGAIN = 60_000;

/** What an owner makes of the append times that it reads: where log time may be by now. Nothing that is decided depends on it. */
export class LogClock {
  readonly #clock: Clock;
  readonly #warn: Warn;
  readonly #shard: string;
  #appendTime = 0;
  #heardAt = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: { readonly clock: Clock; readonly warn: Warn }, shard: string) {
    this.#clock = ports.clock;
    this.#warn = ports.warn;
    this.#shard = shard;
  }

  /**
   * An input was read that was appended then. S8 would have an owner give its lease back when that lies ahead. It says so and goes on:
   * its own clock decides nothing, so another owner would say the same, and where the log's clock is the wrong one every owner would
   * give the shard back, for as long as such inputs stand there to be read again.
   */
  heard(appendTime: number): void {
    this.#appendTime = appendTime;
    this.#heardAt = this.#clock.monotonic();
    const ahead = appendTime - this.#clock.now();
    if (ahead <= AHEAD || this.#heardAt - this.#warnedAt < AGAIN) return;
    this.#warnedAt = this.#heardAt;
    const facts = { shard: this.#shard, aheadSeconds: Math.round(ahead / 1_000) };
    this.#warn("the log's clock is ahead of this process's: one of them is wrong", facts);
  }

  /** The last append time with what has passed since by the monotonic clock: late, if anything (S9). */
  estimate(): number {
    return Math.floor(this.#appendTime + this.#clock.monotonic() - this.#heardAt);
  }
}
