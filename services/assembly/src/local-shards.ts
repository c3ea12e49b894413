import type { OwnedOms } from "@atlas/oms/own-oms";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { OwnedVenue } from "@atlas/venue/venue-owner";
import {
  type OwnedShard,
  type OwnedShardOptions,
  ownShard,
  SHARD_KINDS,
  type ShardKind,
  shardsOf,
} from "./owned-shard.ts";

/** Every shard of a platform, or of some kinds, owned by one process: all of them run, or none does. */
export class LocalShards implements ShardDirectory {
  readonly oms: readonly OwnedOms[];
  readonly venues: readonly OwnedVenue[];
  readonly #shards: ReadonlyMap<string, OwnedShard>;

  /** `directory`: absent, its shards ask each other. */
  constructor(
    options: Omit<OwnedShardOptions, "directory"> & Partial<Pick<OwnedShardOptions, "directory">>,
    kinds: readonly ShardKind[] = SHARD_KINDS,
  ) {
    const names = kinds.flatMap((kind) => shardsOf(kind, options.partitions));
    this.#shards = new Map(names.map((name) => [name, ownShard(name, { directory: this, ...options })]));
    const all = [...this.#shards.values()];
    this.oms = all.flatMap(({ oms }) => oms ?? []);
    this.venues = all.flatMap(({ venue }) => venue ?? []);
  }

  client(shard: string): ShardClient {
    const owned = this.#shards.get(shard);
    if (owned === undefined) throw notReady(`there is no shard ${shard}`);
    return owned.owner;
  }

  /** Resolves when every shard has recovered and decided what stood on the log. */
  async start(): Promise<void> {
    await Promise.all([...this.#shards.values()].map(({ owner }) => owner.start()));
  }

  /** As a hot standby of another process: decides all shards beside it, and says nothing (S21). */
  async standBy(): Promise<void> {
    await Promise.all([...this.#shards.values()].map(({ owner }) => owner.standBy()));
  }

  /** Whether every shard is where its owner is; lets go of what that has said. */
  async keepUp(): Promise<boolean> {
    const all = await Promise.all([...this.#shards.values()].map(({ owner }) => owner.keepUp()));
    return all.every((isThere) => isThere);
  }

  /** Takes all of them over as it stood by. */
  async serve(): Promise<void> {
    await Promise.all([...this.#shards.values()].map(({ owner }) => owner.serve()));
  }

  /** Stops every shard: what was decided goes to the log, an image is kept, within `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    await Promise.all([...this.#shards.values()].map(({ owner }) => owner.stop(patience)));
  }
}
