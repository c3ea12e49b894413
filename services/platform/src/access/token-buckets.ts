import type { Duration } from "@bufbuild/protobuf/wkt";
import type { Clock } from "../ports/clock.ts";

export interface BucketBounds {
  /** What one key may spend at once. */
  readonly burst: number;
  /** Milliseconds until it may spend one more. */
  readonly refill: number;
  /** Keys that are remembered; with more the one that was heard of longest ago is forgotten, and is as if new. */
  readonly kept: number;
}

/** Full at `fullAt`; what is spent moves that one refill further into the future. */
interface Bucket {
  fullAt: number;
}

/** A token bucket for each key, in bounded memory. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #bounds: BucketBounds;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, bounds: BucketBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Milliseconds until one more may be spent; 0: now. */
  wait(key: string): number {
    const bucket = this.#buckets.get(key);
    return bucket === undefined ? 0 : this.#waitOf(bucket, this.#clock.monotonic());
  }

  /** Spends one if there is one; otherwise milliseconds until there is. */
  trySpend(key: string): number {
    const now = this.#clock.monotonic();
    const bucket = this.#touch(key, now);
    const wait = this.#waitOf(bucket, now);
    if (wait === 0) bucket.fullAt = Math.max(bucket.fullAt, now) + this.#bounds.refill;
    return wait;
  }

  #waitOf({ fullAt }: Bucket, now: number): number {
    return Math.max(0, fullAt - now - (this.#bounds.burst - 1) * this.#bounds.refill);
  }

  /** The key's bucket, again at the end of the map: the first entry is the one that was heard of longest ago. */
  #touch(key: string, now: number): Bucket {
    const bucket = this.#buckets.get(key) ?? { fullAt: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#bounds.kept) return bucket;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      break;
    }
    return bucket;
  }
}

/** As refusals state it, rounded up to the millisecond. */
export function waitOf(milliseconds: number): Duration {
  const whole = Math.ceil(milliseconds);
  const rest = whole % 1000;
  return {
    $typeName: "google.protobuf.Duration",
    seconds: BigInt((whole - rest) / 1000),
    nanos: rest * 1_000_000,
  };
}
