import { type OwnedShard, type OwnedShardOptions, ownShard } from "./owned-shard.ts";

/** A shard of another process that is decided here, too. */
interface Standby {
  readonly shard: OwnedShard;
  /** It has come to where the log was when it began. */
  isStarted: boolean;
  /** Hears that it has stopped, once its lease is this process's. */
  taken: ((error: Error) => void) | undefined;
  isAsked: boolean;
  /** Monotonic milliseconds until which it counts as being where its owner is. */
  hotUntil: number;
}

/** Milliseconds between two looks whether a standby is where its owner is, and those for which that counts. */
const LOOK = 1_000;
const HOT = 2_500;
/** After so many milliseconds one that gave up is begun anew. */
const AGAIN = 30_000;

/**
 * Shards of other processes that this one keeps hot: it decides as their owners do and says nothing, so that a takeover waits for no
 * recovery (S21). One that falls behind, keeps too much or cannot decide is no standby: then the shard is taken as any other.
 */
export class StandbyShards {
  readonly #options: OwnedShardOptions;
  /** How many at most: each costs as much memory and processor as a shard that is owned. */
  readonly #most: number;
  readonly #standbys = new Map<string, Standby>();
  /** Monotonic milliseconds before which a shard that gave up is not begun anew. */
  readonly #notBefore = new Map<string, number>();
  #isStarting = false;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(options: OwnedShardOptions, most: number) {
    this.#options = options;
    this.#most = most;
  }

  /** The shards that are followed now, hot or not yet. */
  get followed(): readonly string[] {
    return [...this.#standbys.keys()];
  }

  /**
   * Follows shards that others own, as many as it may: those of the process first whose name is the next behind this one's, so that
   * processes stand by for one another. One that was given up and waits for its next owner is still followed.
   */
  keep(shards: readonly string[], holderOf: (shard: string) => string | undefined, process: string): void {
    if (this.#most === 0 || this.#isStopped) return;
    const waiting = shards.filter((shard) => holderOf(shard) === undefined && this.#standbys.has(shard));
    const wanted = [...waiting, ...othersFirst(shards, holderOf, process)].slice(0, this.#most);
    for (const [name, standby] of this.#standbys) if (!wanted.includes(name)) this.#end(name, standby);
    this.#cancel ??= this.#later();
    const now = this.#options.ports.clock.monotonic();
    const next = wanted.find((name) => !this.#standbys.has(name) && (this.#notBefore.get(name) ?? now) <= now);
    if (next !== undefined && !this.#isStarting) void this.#start(next);
  }

  /** It is where its owner is: it may take over ahead of who would have to recover the shard. */
  isHot(shard: string): boolean {
    return (this.#standbys.get(shard)?.hotUntil ?? Number.NEGATIVE_INFINITY) > this.#options.ports.clock.monotonic();
  }

  /**
   * Hands over a shard whose lease is this process's now; `undefined`: it is not hot, and must be recovered. `failed` hears when it
   * stops for good.
   */
  take(name: string, failed: (error: Error) => void): OwnedShard | undefined {
    const standby = this.#standbys.get(name);
    if (standby === undefined) return undefined;
    if (!this.isHot(name)) {
      this.#end(name, standby);
      return undefined;
    }
    this.#standbys.delete(name);
    standby.taken = failed;
    return standby.shard;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    for (const [name, standby] of this.#standbys) this.#end(name, standby);
  }

  /** One at a time: what is owned here goes first. */
  async #start(name: string): Promise<void> {
    const failed = (_: string, error: Error) => {
      if (standby.taken === undefined) this.#giveUp(name, standby, error);
      else standby.taken(error);
    };
    const standby: Standby = {
      shard: ownShard(name, { ...this.#options, failed }),
      ...{ isStarted: false, taken: undefined, isAsked: false, hotUntil: Number.NEGATIVE_INFINITY },
    };
    this.#standbys.set(name, standby);
    this.#isStarting = true;
    try {
      await standby.shard.owner.standBy();
      standby.isStarted = true;
      await this.#look(standby);
    } catch (error) {
      this.#giveUp(name, standby, error as Error);
    } finally {
      this.#isStarting = false;
    }
  }

  #later(): () => void {
    return this.#options.ports.clock.after(LOOK, () => {
      for (const standby of this.#standbys.values()) void this.#look(standby);
      this.#cancel = this.#later();
    });
  }

  /** While log or store are away nobody can tell: it is not hot then. */
  async #look(standby: Standby): Promise<void> {
    if (!standby.isStarted || standby.isAsked) return;
    standby.isAsked = true;
    const isThere = await standby.shard.owner.keepUp().catch(() => false);
    standby.isAsked = false;
    if (isThere) standby.hotUntil = this.#options.ports.clock.monotonic() + HOT;
  }

  #giveUp(name: string, standby: Standby, { message }: Error): void {
    if (this.#standbys.get(name) !== standby) return;
    const { clock, warn } = this.#options.ports;
    warn("a shard is not kept hot any more", { shard: name, reason: message });
    this.#notBefore.set(name, clock.monotonic() + AGAIN);
    this.#end(name, standby);
  }

  #end(name: string, { shard }: Standby): void {
    this.#standbys.delete(name);
    void shard.owner.stop(0);
  }
}

/** The shards of others, by their owners' names in a ring that begins behind this process's. */
function othersFirst(
  shards: readonly string[],
  holderOf: (shard: string) => string | undefined,
  process: string,
): string[] {
  const holders = new Set(shards.map(holderOf).filter((holder) => holder !== undefined && holder !== process));
  const ring = [...holders].sort() as string[];
  const next = ring.findIndex((holder) => holder > process);
  const ordered = next < 0 ? ring : [...ring.slice(next), ...ring.slice(0, next)];
  return ordered.flatMap((holder) => shards.filter((shard) => holderOf(shard) === holder));
}
