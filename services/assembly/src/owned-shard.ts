import { answerControl } from "@atlas/control/answer-control";
import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { answerIdentity } from "@atlas/identity/answer-identity";
import { identityKind } from "@atlas/identity/identity-kind";
import { IdentityShard } from "@atlas/identity/identity-shard";
import { type OwnedOms, ownOms } from "@atlas/oms/own-oms";
import { EventShardOwner, type OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { type OwnedVenue, ownVenue } from "@atlas/venue/venue-owner";

/** Whoever owns a shard: it is started, asked, stopped. Or it stands by for another owner, and serves when that is gone (S21). */
export interface ShardOwner extends ShardClient {
  /** The partition of the log that has not taken for long what the shard says, such as `orders.events/3`; `undefined`: each does. */
  readonly untaken: string | undefined;
  start(): Promise<void>;
  standBy(): Promise<void>;
  keepUp(): Promise<boolean>;
  serve(): Promise<void>;
  stop(patience: number): Promise<void>;
}

export interface OwnedShardOptions {
  readonly ports: OwnerPorts;
  readonly partitions: PartitionCounts;
  /** Where shards are asked to send again what never came over their links (S4). */
  readonly directory: ShardDirectory;
  /** Milliseconds between ticks of the simulated market while somebody watches. */
  readonly tickInterval: number;
  /** The engine versions that this process carries; absent: all of its build (S26). */
  readonly engines?: readonly number[] | undefined;
  /** A shard has stopped for good. */
  readonly failed: (shard: string, error: Error) => void;
}

/** The kinds of shards, each of which is also the role of the processes that own them. */
export const SHARD_KINDS = ["oms", "venue", "control", "identity"] as const;
export type ShardKind = (typeof SHARD_KINDS)[number];

/** A shard that this process owns. */
export interface OwnedShard {
  readonly name: string;
  readonly owner: ShardOwner;
  /** Of an order shard. */
  readonly oms?: OwnedOms;
  /** Of a venue. */
  readonly venue?: OwnedVenue;
}

/** The shards of a kind, by name. */
export function shardsOf(kind: ShardKind, partitions: PartitionCounts): readonly string[] {
  const count = kind === "oms" || kind === "venue" ? partitions[kind] : 1;
  return Array.from({ length: count }, (_, number) => shardName(kind, number));
}

/** The kinds of shards that send to one of a kind over links. */
const SENDERS: Record<ShardKind, readonly ShardKind[]> = {
  oms: ["venue", "control"],
  venue: ["oms", "control"],
  control: [],
  identity: ["control"],
};

/** Owns one shard, such as `oms/3`, from its image and the log; `start` its owner. Throws for a name that is no shard's. */
export function ownShard(name: string, options: OwnedShardOptions): OwnedShard {
  const { partitions, tickInterval, engines, directory } = options;
  const kind = SHARD_KINDS.find((one) => shardsOf(one, partitions).includes(name));
  const senders = kind === undefined ? [] : SENDERS[kind];
  const names = senders.flatMap((sender) => shardsOf(sender, partitions));
  const ports = { ...options.ports, sources: { directory, names } };
  const number = Number(name.slice(name.indexOf("/") + 1));
  const hooks = { failed: (error: Error) => options.failed(name, error) };
  switch (kind) {
    case "oms": {
      const oms = ownOms(ports, { partition: number, partitions, engines }, hooks);
      return { name, owner: oms.owner, oms };
    }
    case "venue": {
      const settings = { shard: number, omsPartitions: partitions.oms, tickInterval };
      const venue = ownVenue(ports, settings, { decided: () => undefined, ...hooks }, engines);
      return { name, owner: venue.owner, venue };
    }
    case "control":
      return { name, owner: controlOwner({ ...options, ports }, hooks) };
    case "identity":
      return { name, owner: identityOwner({ ...options, ports }, hooks) };
    default:
      throw new RangeError(`there is no shard ${name}`);
  }
}

function controlOwner(options: OwnedShardOptions, hooks: { failed(error: Error): void }): ShardOwner {
  const { ports, partitions, engines } = options;
  const shard = new ControlShard(partitions, ports.digest, engines);
  return new EventShardOwner(ports, controlKind, shard, 0, {
    decided: () => undefined,
    acknowledged: () => undefined,
    answer: (request, outputs, inputOffset) => answerControl(shard, request, { outputs, inputOffset }, ports.digest),
    ...hooks,
  });
}

function identityOwner({ ports, engines }: OwnedShardOptions, hooks: { failed(error: Error): void }): ShardOwner {
  const shard = new IdentityShard(engines);
  return new EventShardOwner(ports, identityKind, shard, 0, {
    decided: () => undefined,
    acknowledged: () => undefined,
    answer: (request, outputs, inputOffset) => answerIdentity(shard, request, { outputs, inputOffset }, ports.digest),
    ...hooks,
  });
}
