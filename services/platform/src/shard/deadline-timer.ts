import type { Clock } from "../ports/clock.ts";
import type { Digest } from "../ports/digest.ts";
import type { Log } from "../ports/log.ts";
import { encodeFrame } from "../wire/codec/frame.ts";
import type { LogClock } from "./log-clock.ts";
import type { InputPartition } from "./shard-name.ts";
import type { Warn } from "./warn.ts";

interface TimerPorts {
  readonly log: Log;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly warn: Warn;
  readonly writer: string;
}

/** What is timed. */
export interface Deadlines {
  readonly shard: string;
  /** Where its inputs stand. */
  readonly inputs: InputPartition;
  /** The earliest one that its state holds, in milliseconds of log time. */
  next(): number | undefined;
  /** Of its last input that had an effect: the running maximum by which deadlines go, wherever the log's clock went since (S8). */
  logTime(): number;
  /** The bytes of a `TimerDue` of this time. */
  timerDue(time: number): Uint8Array;
}

/** Between two inputs of a timer, in milliseconds: what the first fires need not have been read yet. */
const PAUSE = 1_000;

/**
 * Appends `TimerDue` to its shard's inputs when the next deadline has passed by log time, at most one a second (S9). What fires,
 * and in which order, the shard decides: an input too many, or another owner's, finds nothing due.
 */
export class DeadlineTimer {
  readonly #ports: TimerPorts;
  readonly #deadlines: Deadlines;
  readonly #logClock: LogClock;
  #isStarted = false;
  #isAppending = false;
  /** The deadline that is waited for. */
  #awaited: number | undefined;
  #wakesAt = 0;
  #cancel: (() => void) | undefined;
  /** Monotonic milliseconds before which nothing is appended. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(ports: TimerPorts, deadlines: Deadlines, logClock: LogClock) {
    this.#ports = ports;
    this.#deadlines = deadlines;
    this.#logClock = logClock;
  }

  /**
   * The shard has decided all that stood on the log. How long ago the last of it was appended nobody knows: if a deadline is held
   * an input goes out at once, and its own append time tells.
   */
  start(): void {
    this.#isStarted = true;
    if (this.#deadlines.next() !== undefined) this.#append();
  }

  /** The shard's state may have changed, and an append time told what log time is. */
  consider(): void {
    if (!this.#isStarted || this.#isAppending) return;
    const next = this.#deadlines.next();
    if (next !== undefined && next === this.#awaited && this.#dueAt(next) >= this.#wakesAt) return;
    this.#wait(next);
  }

  close(): void {
    this.#isStarted = false;
    this.#wait(undefined);
  }

  #wait(deadline: number | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#awaited = deadline;
    if (deadline === undefined) return;
    const { clock } = this.#ports;
    this.#wakesAt = this.#dueAt(deadline);
    this.#cancel = clock.after(Math.max(0, this.#wakesAt - clock.monotonic()), () => this.#wake(deadline));
  }

  /** Monotonic milliseconds at which an input for the deadline may be appended, as far as is known now. */
  #dueAt(deadline: number): number {
    return Math.max(this.#notBefore, this.#ports.clock.monotonic() + deadline - this.#now());
  }

  #now(): number {
    return Math.max(this.#deadlines.logTime(), this.#logClock.estimate());
  }

  /** Inputs that came meanwhile may have told that log time is not there yet. */
  #wake(deadline: number): void {
    if (this.#now() < deadline) this.#wait(deadline);
    else this.#append();
  }

  #append(): void {
    this.#wait(undefined);
    const { log, clock, digest, warn, writer } = this.#ports;
    const { shard, inputs } = this.#deadlines;
    const message = this.#deadlines.timerDue(this.#now());
    const frame = encodeFrame({ source: shard, writer, firstNumber: 0n }, [message], digest);
    this.#notBefore = clock.monotonic() + PAUSE;
    this.#isAppending = true;
    log
      .append(inputs.topic, inputs.partition, frame)
      .catch((error: Error) => warn("a timer's input was not taken", { shard, reason: error.message }))
      .finally(() => {
        this.#isAppending = false;
        this.consider();
      });
  }
}
