import type { LeaseView } from "@atlas/platform/lease/lease-view";
import type { Clock } from "@atlas/platform/ports/clock";

/** Milliseconds between two looks at what is followed, until one is where its owner is, and for which that counts. */
const LOOK = 1_000;
const WARM = 2_000;
const HOT = 2_500;

/** The shards of others that a process decides, too, as far as leases can tell: a few, each hot a while after it is followed. */
export class HotShards {
  readonly #clock: Clock;
  readonly #followed = new Map<string, { readonly since: number; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isHot(shard: string): boolean {
    return (this.#followed.get(shard)?.until ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonic();
  }

  /** Follows what others have, `most` of it, and goes on doing so. */
  keep(view: LeaseView, process: string, shards: readonly string[], most: number): void {
    const now = this.#clock.monotonic();
    const wanted = shards.filter((shard) => this.#isWanted(shard, view.holderOf(shard), process)).slice(0, most);
    for (const shard of this.#followed.keys()) if (!wanted.includes(shard)) this.#followed.delete(shard);
    for (const shard of wanted) {
      const followed = this.#followed.get(shard) ?? { since: now, until: Number.NEGATIVE_INFINITY };
      if (now - followed.since >= WARM) followed.until = now + HOT;
      this.#followed.set(shard, followed);
    }
    this.#clock.after(LOOK, () => this.keep(view, process, shards, most));
  }

  /** Others', and what has no owner just now and was followed before. */
  #isWanted(shard: string, holder: string | undefined, process: string): boolean {
    return holder === undefined ? this.#followed.has(shard) : holder !== process;
  }
}
