/** What a clock is made of, in milliseconds. */
export interface Times {
  /** Only rises. On most systems it stands still while the machine sleeps. */
  steady(): number;
  /** Since the epoch; somebody may set it. */
  wall(): number;
}

/** The wall's going ahead by less is a clock that is being adjusted. */
const LEAST_SLEEP = 1_000;

/** Milliseconds that only rise, and go on while the machine sleeps: what was last heard before is old when it wakes. */
export class WakingClock {
  readonly #times: Times;
  #steady: number;
  #wall: number;
  #slept = 0;

  constructor(times: Times) {
    this.#times = times;
    this.#steady = times.steady();
    this.#wall = times.wall();
  }

  /** Notices a sleep since it was last asked: it is to be asked more often than `LEAST_SLEEP`. */
  now(): number {
    const steady = this.#times.steady();
    const wall = this.#times.wall();
    const missed = wall - this.#wall - (steady - this.#steady);
    this.#steady = steady;
    this.#wall = wall;
    if (missed >= LEAST_SLEEP) this.#slept += missed;
    return steady + this.#slept;
  }
}
