import type { Clock } from "@atlas/platform/ports/clock";
import type { Reading } from "./reading.ts";

/** How often who is to move on and does not read looks whether it reads again. */
const LOOK = 1_000;

/**
 * A client's time at one stream: it leaves where that falls silent, and at last because it moves on. Who does not read notices
 * neither, and is still there when it reads on: what a server does with such a reader shows only then (F22).
 */
export class Stay {
  readonly #clock: Clock;
  readonly #reading: Reading;
  readonly #mostSilence: number;
  readonly #leave: () => void;
  #silence: () => void = () => undefined;
  #end: () => void = () => undefined;

  /** At most so many milliseconds, `mostSilence` of them without a word. */
  constructor(clock: Clock, reading: Reading, leave: () => void, milliseconds: number, mostSilence: number) {
    this.#clock = clock;
    this.#reading = reading;
    this.#leave = leave;
    this.#mostSilence = mostSilence;
    this.heard();
    this.#moveOnAfter(milliseconds);
  }

  /** Something came. */
  heard(): void {
    this.#silence();
    this.#silence = this.#clock.after(this.#mostSilence, this.#leave);
  }

  /** Resolves when the next message is read. */
  async pause(): Promise<void> {
    this.#silence();
    await this.#reading.pause();
    this.heard();
  }

  /** It has left. */
  end(): void {
    this.#silence();
    this.#end();
  }

  #moveOnAfter(milliseconds: number): void {
    this.#end = this.#clock.after(milliseconds, () => {
      if (this.#reading.isSlow) this.#moveOnAfter(LOOK);
      else this.#leave();
    });
  }
}
