import type { Warn } from "@atlas/platform/shard/warn";

/** Milliseconds for which silence is nothing: a broker is started again, another one leads. */
const PATIENCE = 10_000;
/** Milliseconds until it is said once more. */
const PACE = 60_000;

interface Silence {
  readonly since: number;
  saidAt: number;
}

/** Tells a person of what has been silent for long, and again while it lasts: each retry alone is no news. */
export class SilenceWatch {
  readonly #warn: Warn;
  readonly #now: () => number;
  readonly #silent = new Map<unknown, Silence>();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(warn: Warn, now: () => number) {
    this.#warn = warn;
    this.#now = now;
  }

  /** `what` was asked in vain. */
  goesOn(what: unknown, message: string, facts: Parameters<Warn>[1]): void {
    const now = this.#now();
    const silence = this.#silent.get(what) ?? { since: now, saidAt: Number.NEGATIVE_INFINITY };
    this.#silent.set(what, silence);
    if (now - silence.since < PATIENCE || now - silence.saidAt < PACE) return;
    silence.saidAt = now;
    this.#warn(message, { ...facts, seconds: Math.floor((now - silence.since) / 1_000) });
  }

  over(what: unknown): void {
    this.#silent.delete(what);
  }
}
