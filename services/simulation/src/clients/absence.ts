import { type Clock, sleep } from "@atlas/platform/ports/clock";

/** How often somebody looks whether it is over. */
const LOOK = 500;

/** The time between a client's death and its return (F3): its process ends once it has kept a request, before it sends it. */
export class Absence {
  readonly #clock: Clock;
  #milliseconds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The client is to die at its next request. */
  get isDue(): boolean {
    return this.#milliseconds > 0;
  }

  /** The client dies at its next request, and is there again so many milliseconds later. */
  plan(milliseconds: number): void {
    this.#milliseconds = milliseconds;
  }

  /** Resolves when it is over, or when `isOver` says so. */
  async pass(isOver: () => boolean): Promise<void> {
    const end = this.#clock.monotonic() + this.#milliseconds;
    this.#milliseconds = 0;
    while (!isOver() && this.#clock.monotonic() < end) await sleep(this.#clock, LOOK);
  }
}
