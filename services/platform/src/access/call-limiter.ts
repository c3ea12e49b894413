import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { RateClass } from "@atlas/gen/atlas/options/v1/options_pb";
import type { Clock } from "../ports/clock.ts";
import { refusal } from "../refusal/refusal-error.ts";
import type { CallPolicy } from "./call-policy.ts";
import type { Caller } from "./caller.ts";
import { TokenBuckets, waitOf } from "./token-buckets.ts";

/** What one caller may call of a class: so many a second, and so many at once after a rest. */
export interface RateBound {
  readonly perSecond: number;
  readonly burst: number;
}

export interface CallBounds {
  /** Classes that are missing have no bound of the caller's: orders and cancels count against their account. */
  readonly rates: Readonly<{ [rateClass in RateClass]?: RateBound }>;
  /** Streams and sessions of one caller at a time. */
  readonly openStreams: number;
  /** Callers whose calls are remembered, by class. */
  readonly callersKept: number;
}

/** Far above what a person or a program needs, and below what would keep others from being served. */
const defaultCallBounds: CallBounds = {
  rates: {
    [RateClass.READ]: { perSecond: 2_000, burst: 10_000 },
    [RateClass.ADMIN]: { perSecond: 1_000, burst: 10_000 },
    // By source address, behind which many people may be; guessing has a bound of its own.
    [RateClass.SIGN_IN]: { perSecond: 20, burst: 1_000 },
  },
  openStreams: 2_000,
  callersKept: 10_000,
};

interface ClassBuckets {
  readonly bound: RateBound;
  readonly users: TokenBuckets;
  readonly sources: TokenBuckets;
}

/**
 * How often callers call and how many streams they hold, by user, and by source address where nobody is signed in. The
 * platform's own processes are not counted. One for all roads of a gateway, so that they add up.
 */
export class CallLimiter {
  readonly #bounds: CallBounds;
  readonly #classes: (ClassBuckets | undefined)[] = [];
  readonly #userStreams = new Map<string, number>();
  readonly #sourceStreams = new Map<string, number>();

  constructor(clock: Clock, bounds: CallBounds = defaultCallBounds) {
    this.#bounds = bounds;
    for (const rateClass of Object.values(RateClass)) {
      const bound = bounds.rates[rateClass];
      if (bound === undefined) continue;
      const each = { burst: bound.burst, refill: 1000 / bound.perSecond, kept: bounds.callersKept };
      const [users, sources] = [new TokenBuckets(clock, each), new TokenBuckets(clock, each)];
      this.#classes[rateClass] = { bound, users, sources };
    }
  }

  /** Callers that are remembered, over all classes. */
  get remembered(): number {
    return this.#classes.reduce((sum, one) => sum + (one === undefined ? 0 : one.users.size + one.sources.size), 0);
  }

  /** Counts a call. Throws RATE_LIMIT, with how long to wait, when there were too many. */
  count({ method, rateClass }: CallPolicy, caller: Caller | undefined, source: string): void {
    const buckets = this.#classes[rateClass];
    if (buckets === undefined || caller?.internal === true) return;
    const wait =
      caller === undefined ? buckets.sources.trySpend(source) : buckets.users.trySpend(caller.principal.userId);
    if (wait === 0) return;
    const { perSecond, burst } = buckets.bound;
    const message = `${method.name} and its like: at most ${perSecond} a second, ${burst} at once`;
    throw refusal(Reason.RATE_LIMIT, message, { retryAfter: waitOf(wait) });
  }

  /**
   * Counts a stream until what this returns is called, by whoever sees it end, any number of times. Throws
   * OPEN_STREAMS_LIMIT.
   */
  openStream(caller: Caller | undefined, source: string): () => void {
    if (caller?.internal === true) return () => {};
    const key = caller === undefined ? source : caller.principal.userId;
    const streams = caller === undefined ? this.#sourceStreams : this.#userStreams;
    const open = streams.get(key) ?? 0;
    const limit = this.#bounds.openStreams;
    if (open >= limit) {
      const facts = { open: String(open), limit: String(limit) };
      throw refusal(Reason.OPEN_STREAMS_LIMIT, `${open} streams are open, as many as may be: end one`, { facts });
    }
    streams.set(key, open + 1);
    let counted = true;
    return () => {
      if (counted) leave(streams, key);
      counted = false;
    };
  }
}

function leave(streams: Map<string, number>, key: string): void {
  const left = (streams.get(key) ?? 0) - 1;
  if (left > 0) streams.set(key, left);
  else streams.delete(key);
}
