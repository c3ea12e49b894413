import type { Clock } from "@atlas/platform/ports/clock";
import { MarketGroup, type MarketMember } from "./market-group.ts";
import { type MarketTerms, marketKind } from "./market-kinds.ts";
import type { MarketSource } from "./market-source.ts";

/** How long a group goes on when nobody watches, so that who was cut off resumes; and how many of those there may be. */
const LINGER = 30_000;
const MOST_IDLE = 64;

export interface WatchedMarket extends MarketTerms {
  /** 0: every change. */
  readonly maxUpdatesPerSecond: number;
}

/** What names a group: subscriptions of equal terms are in the same. */
export function groupOf({ channel, instrumentId, depth, candleInterval, maxUpdatesPerSecond }: WatchedMarket): string {
  return `${channel}/${depth}/${candleInterval}/${maxUpdatesPerSecond}/${instrumentId}`;
}

/** The groups of all streams of a gateway. */
export class MarketGroups {
  readonly #source: MarketSource;
  readonly #clock: Clock;
  readonly #groups = new Map<string, MarketGroup>();
  /** Groups without members, oldest first, and how to stop their end. */
  readonly #idle = new Map<string, () => void>();

  constructor(source: MarketSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** `after`: the sequence of a cursor, if there is one. What is called ends it. */
  join(watched: WatchedMarket, after: number | undefined, member: MarketMember): () => void {
    const key = groupOf(watched);
    const group = this.#groups.get(key) ?? this.#open(key, watched);
    this.#idle.get(key)?.();
    this.#idle.delete(key);
    group.join(member, after);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      group.leave(member);
      if (group.size === 0) this.#linger(key);
    };
  }

  stop(): void {
    for (const cancel of this.#idle.values()) cancel();
    for (const group of this.#groups.values()) group.stop();
    this.#idle.clear();
    this.#groups.clear();
  }

  #open(key: string, watched: WatchedMarket): MarketGroup {
    const newKind = () => marketKind(watched, this.#source);
    const { instrumentId, maxUpdatesPerSecond } = watched;
    const group = new MarketGroup(instrumentId, newKind, maxUpdatesPerSecond, this.#source, this.#clock);
    this.#groups.set(key, group);
    return group;
  }

  #linger(key: string): void {
    this.#idle.set(
      key,
      this.#clock.after(LINGER, () => this.#close(key)),
    );
    const oldest = this.#idle.size > MOST_IDLE ? this.#idle.keys().next().value : undefined;
    if (oldest === undefined) return;
    this.#idle.get(oldest)?.();
    this.#close(oldest);
  }

  #close(key: string): void {
    this.#idle.delete(key);
    this.#groups.get(key)?.stop();
    this.#groups.delete(key);
  }
}
