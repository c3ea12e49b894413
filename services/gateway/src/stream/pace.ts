import type { Clock } from "@atlas/platform/ports/clock";

/** Runs something after each change, but no more often than asked: what comes in between is one run (conflation). */
export class Pace {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #run: () => void;
  #lastRun = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | undefined;

  /** `perSecond` 0: after every change. */
  constructor(clock: Clock, perSecond: number, run: () => void) {
    this.#clock = clock;
    this.#interval = perSecond === 0 ? 0 : Math.ceil(1000 / perSecond);
    this.#run = run;
  }

  /** Something changed. */
  changed(): void {
    if (this.#interval === 0) {
      this.#run();
      return;
    }
    if (this.#cancel !== undefined) return;
    const wait = this.#lastRun + this.#interval - this.#clock.monotonic();
    if (wait > 0) this.#cancel = this.#clock.after(wait, () => this.#go());
    else this.#go();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #go(): void {
    this.#cancel = undefined;
    this.#lastRun = this.#clock.monotonic();
    this.#run();
  }
}
