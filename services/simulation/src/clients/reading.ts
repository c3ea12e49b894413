import { type Clock, sleep } from "@atlas/platform/ports/clock";

/** How often somebody who does not read looks whether that is over. */
const LOOK = 500;

/** How a client reads what it is sent: as it comes, or for a while slowly or not at all (F22). */
export class Reading {
  readonly #clock: Clock;
  #slowUntil = 0;
  #pause = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isSlow(): boolean {
    return this.#clock.monotonic() < this.#slowUntil;
  }

  /** For so many milliseconds it waits so many, `pause`, behind each message. */
  slow(milliseconds: number, pause: number): void {
    this.#slowUntil = this.#clock.monotonic() + milliseconds;
    this.#pause = pause;
  }

  /** It reads as it comes again. */
  wake(): void {
    this.#slowUntil = 0;
  }

  /** Resolves when the next message is read. */
  async pause(): Promise<void> {
    const end = this.#clock.monotonic() + this.#pause;
    for (let now = this.#clock.monotonic(); this.isSlow && now < end; now = this.#clock.monotonic()) {
      await sleep(this.#clock, Math.min(LOOK, end - now));
    }
  }
}
