import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { TokenBuckets, waitOf } from "@atlas/platform/access/token-buckets";
import type { Clock } from "@atlas/platform/ports/clock";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";

/** Wrong credentials of one source. */
const OF_SOURCE = { burst: 10, refill: 30_000, kept: 10_000 };
/** The same for all sources together. */
const OF_ALL = { burst: 1_000, refill: 60, kept: 1 };
const ALL = "";

/**
 * Bounds guessing (D23): wrong credentials by source, and of all sources together, in bounded memory. What is locked out is
 * answered RESOURCE_EXHAUSTED with `retry_after`.
 */
export class GuessLimiter {
  readonly #sources: TokenBuckets;
  readonly #all: TokenBuckets;

  constructor(clock: Clock) {
    this.#sources = new TokenBuckets(clock, OF_SOURCE);
    this.#all = new TokenBuckets(clock, OF_ALL);
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#sources.size;
  }

  /** Why nothing may be tried from a source now, if so. */
  refuse(source: string): RefusalError | undefined {
    const wait = Math.max(this.#sources.wait(source), this.#all.wait(ALL));
    if (wait === 0) return undefined;
    return refusal(Reason.LOCKED_OUT, "too many wrong credentials: try again later", { retryAfter: waitOf(wait) });
  }

  /** A wrong credential came from a source. What one that is locked out tries on costs nobody else. */
  fail(source: string): void {
    if (this.#sources.trySpend(source) === 0) this.#all.trySpend(ALL);
  }
}
