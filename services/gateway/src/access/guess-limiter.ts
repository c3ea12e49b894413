import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";

/** Wrong credentials that one source may send at once, and milliseconds until it may send one more. */
const SOURCE_BURST = 10;
const SOURCE_REFILL = 30_000;
/** The same for all sources together. */
const GLOBAL_BURST = 1_000;
const GLOBAL_REFILL = 60;
/** Sources that are remembered; with more the one that was heard of longest ago is forgotten. */
const SOURCES_KEPT = 10_000;

/** Full at `fullAt`; each wrong credential moves that one refill further into the future. */
interface Bucket {
  fullAt: number;
}

/**
 * Bounds guessing (D23): wrong credentials by source, and of all sources together, in bounded memory. What is locked out is
 * answered RESOURCE_EXHAUSTED with `retry_after`.
 */
export class GuessLimiter {
  readonly #clock: Clock;
  readonly #sources = new Map<string, Bucket>();
  readonly #global: Bucket = { fullAt: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#sources.size;
  }

  /** Why nothing may be tried from a source now, if so. */
  refuse(source: string): RefusalError | undefined {
    const own = this.#wait(this.#sources.get(source), SOURCE_BURST, SOURCE_REFILL);
    const all = this.#wait(this.#global, GLOBAL_BURST, GLOBAL_REFILL);
    const milliseconds = Math.ceil(Math.max(own, all));
    if (milliseconds === 0) return undefined;
    const rest = milliseconds % 1000;
    return refusal(Reason.LOCKED_OUT, "too many wrong credentials: try again later", {
      retryAfter: { seconds: BigInt((milliseconds - rest) / 1000), nanos: rest * 1_000_000 },
    });
  }

  /** A wrong credential came from a source. */
  fail(source: string): void {
    const bucket = this.#sources.get(source) ?? { fullAt: 0 };
    // Again at the end of the map: the first entry is the one that was heard of longest ago.
    this.#sources.delete(source);
    this.#sources.set(source, bucket);
    this.#spend(bucket, SOURCE_BURST, SOURCE_REFILL);
    this.#spend(this.#global, GLOBAL_BURST, GLOBAL_REFILL);
    if (this.#sources.size <= SOURCES_KEPT) return;
    for (const oldest of this.#sources.keys()) {
      this.#sources.delete(oldest);
      return;
    }
  }

  /** Milliseconds until one more may be tried. */
  #wait(bucket: Bucket | undefined, burst: number, refill: number): number {
    if (bucket === undefined) return 0;
    return Math.max(0, bucket.fullAt - this.#clock.monotonic() - (burst - 1) * refill);
  }

  #spend(bucket: Bucket, burst: number, refill: number): void {
    const now = this.#clock.monotonic();
    bucket.fullAt = Math.min(Math.max(bucket.fullAt, now) + refill, now + burst * refill);
  }
}
