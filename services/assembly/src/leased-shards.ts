import { EngineMissing } from "@atlas/domain/engine/engine-rules";
import type { LeaseHooks } from "@atlas/platform/lease/lease-keeper";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { OwnedVenue } from "@atlas/venue/venue-owner";
import { type OwnedShard, type OwnedShardOptions, ownShard } from "./owned-shard.ts";
import type { StandbyShards } from "./standby-shards.ts";

/** A shard whose lease is this process's. */
interface Held {
  readonly shard: OwnedShard;
  /** Why it cannot be asked yet; empty: it runs. */
  waits: string;
  cancel: () => void;
}

/** Milliseconds for a shard that leaves to put on the log what it decided and to keep an image. */
const PATIENCE = 5_000;
/** Milliseconds until a shard that could not recover is tried again. */
const RETRY = 1_000;

/** The shards that this process owns for as long as it has their leases. */
export class LeasedShards implements ShardDirectory, LeaseHooks {
  readonly #options: OwnedShardOptions;
  readonly #standbys: StandbyShards;
  readonly #held = new Map<string, Held>();

  constructor(options: OwnedShardOptions, standbys: StandbyShards) {
    this.#options = options;
    this.#standbys = standbys;
  }

  client(shard: string): ShardClient {
    const held = this.#held.get(shard);
    if (held === undefined) throw notReady(`${shard} is not owned here`);
    if (held.waits !== "") throw notReady(held.waits);
    return held.shard.owner;
  }

  /** The venues among them that run. */
  *venues(): Generator<OwnedVenue> {
    for (const { shard, waits } of this.#held.values()) {
      if (shard.venue !== undefined && waits === "") yield shard.venue;
    }
  }

  /** Events that the query store does not show yet, by order shard. */
  storeLags(): ReadonlyMap<string, number> {
    const lags = new Map<string, number>();
    for (const [name, { shard }] of this.#held) {
      if (shard.oms !== undefined) lags.set(name, shard.oms.projection.lag);
    }
    return lags;
  }

  /** Why shards that are owned here cannot be asked, one line each. */
  missing(): readonly string[] {
    return [...this.#held.values()].flatMap(({ waits }) => (waits === "" ? [] : [waits]));
  }

  taken(name: string): void {
    const standby = this.#standbys.take(name);
    if (standby === undefined) void this.#open(name);
    else void this.#serve(name, standby);
  }

  async given(name: string): Promise<void> {
    const held = this.#held.get(name);
    this.#held.delete(name);
    held?.cancel();
    await held?.shard.owner
      .stop(PATIENCE)
      .catch((error: Error) => this.#warn("could not be ended in order", name, error));
  }

  /** A hot one only says what had not been said; if that cannot be, it is recovered as any other. */
  async #serve(name: string, shard: OwnedShard): Promise<void> {
    const held: Held = { shard, waits: `${name} is being taken over`, cancel: () => undefined };
    this.#held.set(name, held);
    try {
      await shard.owner.serve();
      held.waits = "";
    } catch (error) {
      if (this.#held.get(name) !== held) return;
      this.#warn("could not be taken over as it stood by", name, error as Error);
      await shard.owner.stop(0);
      if (this.#held.get(name) === held) void this.#open(name);
    }
  }

  /** Its image and the log may be away just now: it is tried until it has recovered, or its lease is gone. */
  async #open(name: string): Promise<void> {
    const held: Held = {
      shard: ownShard(name, this.#options),
      waits: `${name} is being recovered`,
      cancel: () => undefined,
    };
    this.#held.set(name, held);
    try {
      await held.shard.owner.start();
      held.waits = "";
    } catch (error) {
      if (this.#held.get(name) !== held) return;
      // No trial will change that.
      if (error instanceof EngineMissing) return this.#options.failed(name, error);
      this.#warn("could not be recovered", name, error as Error);
      held.waits = `${name} cannot be recovered: ${(error as Error).message}`;
      held.cancel = this.#options.ports.clock.after(RETRY, () => void this.#open(name));
    }
  }

  #warn(what: string, shard: string, { message }: Error): void {
    this.#options.ports.warn(`a shard ${what}`, { shard, reason: message });
  }
}
