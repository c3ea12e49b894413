import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Journal } from "@atlas/platform/telemetry/journal";

/** Milliseconds by which clocks that are kept in step never differ. */
const TOLERATED = 2_000;
/** Milliseconds by which the log's acknowledgement, which tells its time, may come behind the shard's answer. */
const PAUSE = 50;
/** Milliseconds between two warnings. */
const WARNING_PACE = 60_000;

/**
 * How far this gateway's clock is from the log's. Commands are stamped by the one and judged by the other (S8): behind by more
 * than a command's validity, everything that this gateway sends counts as expired; ahead, nothing ever does (F17).
 */
export class ClockSkew {
  readonly #clock: Clock;
  readonly #journal: Journal;
  /** Milliseconds that this clock is behind, at least; negative: ahead. */
  #behind = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  /** What was handed over at `sentAt` by this clock, and is acknowledged now, was stamped `appendTime` by the log's. */
  appended(sentAt: number, appendTime: number): void {
    const behind = appendTime - this.#clock.now();
    const ahead = sentAt - appendTime;
    this.#behind = Math.max(0, behind) - Math.max(0, ahead);
    if (Math.abs(this.#behind) > TOLERATED) this.#warn();
  }

  /** Tells a shard's refusal: at once, unless the cause may be this clock; then with the cause, a little later. */
  explain(refusal: Refusal, tell: (refusal: Refusal) => void): void {
    if (refusal.reason === Reason.COMMAND_EXPIRED) this.#clock.after(PAUSE, () => tell(this.#explained(refusal)));
    else tell(refusal);
  }

  #explained(refusal: Refusal): Refusal {
    if (this.#behind <= TOLERATED) return refusal;
    const message =
      `this gateway's clock is ${inSeconds(this.#behind)} s behind the log's, so that all it sends counts as expired: ` +
      "set the gateway's clock, then send the same again";
    return { ...refusal, message, facts: { ...refusal.facts, clock_behind_ms: String(Math.round(this.#behind)) } };
  }

  #warn(): void {
    const now = this.#clock.monotonic();
    if (now - this.#warnedAt < WARNING_PACE) return;
    this.#warnedAt = now;
    const direction = this.#behind > 0 ? "behind" : "ahead of";
    const consequence = this.#behind > 0 ? "its commands are refused as expired" : "its commands do not expire in time";
    this.#journal.warn(`this gateway's clock is ${direction} the log's: ${consequence}`, {
      skewSeconds: inSeconds(Math.abs(this.#behind)),
    });
  }
}

function inSeconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
