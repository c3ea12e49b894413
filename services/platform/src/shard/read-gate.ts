import type { Clock } from "../ports/clock.ts";

interface Waiting {
  readonly target: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly cancel: () => void;
}

/** Lets reads pass once a position that only rises has reached their target, or refuses them when their time is over. */
export class ReadGate {
  readonly #clock: Clock;
  readonly #late: () => Error;
  #position: number;
  #waiting: Waiting[] = [];
  #failure: Error | undefined;

  constructor(clock: Clock, position: number, late: () => Error) {
    this.#clock = clock;
    this.#position = position;
    this.#late = late;
  }

  /** Resolves when the position is at or above `target`; rejects when the clock passes `deadline` (monotonic) before. */
  reach(target: number, deadline: number): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#position >= target) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const remaining = Math.max(0, deadline - this.#clock.monotonic());
      const cancel = this.#clock.after(remaining, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(this.#late());
      });
      const waiting: Waiting = { target, resolve, reject, cancel };
      this.#waiting.push(waiting);
    });
  }

  raise(position: number): void {
    this.#position = position;
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter((waiting) => waiting.target <= position);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.target > position);
    for (const { cancel, resolve } of ready) {
      cancel();
      resolve();
    }
  }

  /** Refuses everybody from now on. */
  fail(error: Error): void {
    this.#failure = error;
    for (const { cancel, reject } of this.#waiting.splice(0)) {
      cancel();
      reject(error);
    }
  }
}
