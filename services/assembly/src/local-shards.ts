import { answerControl } from "@atlas/control/answer-control";
import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { answerIdentity } from "@atlas/identity/answer-identity";
import { identityKind } from "@atlas/identity/identity-kind";
import { IdentityShard } from "@atlas/identity/identity-shard";
import { type OwnedOms, ownOms } from "@atlas/oms/own-oms";
import { EventShardOwner, type OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { type OwnedVenue, ownVenue } from "@atlas/venue/venue-owner";

/** Whoever owns a shard: it is started, asked, stopped. */
interface Owner extends ShardClient {
  start(): Promise<void>;
  stop(patience: number): Promise<void>;
}

export interface LocalShardsOptions {
  readonly ports: OwnerPorts;
  readonly partitions: PartitionCounts;
  /** Milliseconds between ticks of the simulated market while somebody watches. */
  readonly tickInterval: number;
  /** A shard has stopped for good. */
  readonly failed: (shard: string, error: Error) => void;
}

/** Every shard of a platform, owned by this process (S21: the data folder's lock is the lease). */
export class LocalShards implements ShardDirectory {
  readonly oms: readonly OwnedOms[];
  readonly venues: readonly OwnedVenue[];
  readonly #owners = new Map<string, Owner>();

  constructor(options: LocalShardsOptions) {
    const { ports, partitions } = options;
    this.oms = numbers(partitions.oms).map((partition) =>
      ownOms(ports, { partition, partitions }, hooksOf(options, "oms", partition)),
    );
    this.venues = numbers(partitions.venue).map((shard) =>
      ownVenue(
        ports,
        { shard, omsPartitions: partitions.oms, tickInterval: options.tickInterval },
        { decided: () => undefined, ...hooksOf(options, "venue", shard) },
      ),
    );
    this.#owners.set("control/0", controlOwner(options));
    this.#owners.set("identity/0", identityOwner(options));
    for (const [partition, { owner }] of this.oms.entries()) this.#owners.set(shardName("oms", partition), owner);
    for (const [partition, { owner }] of this.venues.entries()) this.#owners.set(shardName("venue", partition), owner);
  }

  client(shard: string): ShardClient {
    const owner = this.#owners.get(shard);
    if (owner === undefined) throw notReady(`there is no shard ${shard}`);
    return owner;
  }

  /** Resolves when every shard has recovered and decided what stood on the log. */
  async start(): Promise<void> {
    await Promise.all([...this.#owners.values()].map((owner) => owner.start()));
  }

  /** Stops every shard: what was decided goes to the log, an image is kept, within `patience` milliseconds. */
  async stop(patience: number): Promise<void> {
    await Promise.all([...this.#owners.values()].map((owner) => owner.stop(patience)));
  }
}

function controlOwner(options: LocalShardsOptions): Owner {
  const { ports, partitions } = options;
  const shard = new ControlShard(partitions, ports.digest);
  return new EventShardOwner(ports, controlKind, shard, 0, {
    decided: () => undefined,
    acknowledged: () => undefined,
    answer: (request, outputs, inputOffset) => answerControl(shard, request, { outputs, inputOffset }, ports.digest),
    ...hooksOf(options, "control", 0),
  });
}

function identityOwner(options: LocalShardsOptions): Owner {
  const { ports } = options;
  const shard = new IdentityShard();
  return new EventShardOwner(ports, identityKind, shard, 0, {
    decided: () => undefined,
    acknowledged: () => undefined,
    answer: (request, outputs, inputOffset) => answerIdentity(shard, request, { outputs, inputOffset }, ports.digest),
    ...hooksOf(options, "identity", 0),
  });
}

function hooksOf(options: LocalShardsOptions, kind: "oms" | "venue" | "control" | "identity", number: number) {
  return { failed: (error: Error) => options.failed(shardName(kind, number), error) };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}
