import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { identityKind } from "@atlas/identity/identity-kind";
import { IdentityShard } from "@atlas/identity/identity-shard";
import { OmsShard } from "@atlas/oms/oms-shard";
import type { Digest } from "@atlas/platform/ports/digest";
import type { EventShard } from "@atlas/platform/shard/event-shard";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import { shardName } from "@atlas/platform/shard/shard-name";
import { type PartitionCounts, topics } from "@atlas/platform/topic/topics";
import { redecideEventShard, replayEventShard } from "./replay-event-shard.ts";
import type { DecidePorts, Redecided, Replayed, ReplayPorts } from "./replay-shard.ts";
import { redecideVenue, replayVenue } from "./replay-venue.ts";

/** Of an order shard, as far as deciding and comparing go. */
const ORDERS: EventShardKind<OrderCommand, OrderEvent, never> = {
  inputs: { topic: topics.orderCommands, codec: OrderCommandCodec },
  events: { topic: topics.orderEvents, codec: OrderEventCodec },
  reports: undefined,
  sequenceOf: (event) => Number(event.sequence),
  respond: () => {
    throw new Error("nobody follows a replay");
  },
};

/** A shard of a platform, to be decided once more. */
interface PlatformShard {
  readonly name: string;
  /** Decides the inputs below an offset, from the first on. */
  redecide(ports: DecidePorts, end: number): Promise<Redecided>;
  /** Decides all of them: from the first, and from its last image. */
  replay(ports: ReplayPorts): Promise<Replayed>;
}

/** Every shard of a platform. */
export function platformShards(partitions: PartitionCounts, tickInterval: number, digest: Digest): PlatformShard[] {
  const orders = Array.from({ length: partitions.oms }, (_, partition) =>
    eventShard(ORDERS, () => new OmsShard(partition, partitions.venue), partition),
  );
  const venues = Array.from({ length: partitions.venue }, (_, shard): PlatformShard => {
    const settings = { shard, omsPartitions: partitions.oms, tickInterval };
    return {
      name: shardName("venue", shard),
      redecide: (ports, end) => redecideVenue(ports, settings, end),
      replay: (ports) => replayVenue(ports, settings),
    };
  });
  const identity = eventShard(identityKind, () => new IdentityShard(), 0);
  const control = eventShard(controlKind, () => new ControlShard(partitions, digest), 0);
  return [identity, control, ...orders, ...venues];
}

function eventShard<Command, Event, Report>(
  kind: EventShardKind<Command, Event, Report>,
  empty: () => EventShard<Command, Event>,
  partition: number,
): PlatformShard {
  return {
    name: empty().name,
    redecide: (ports, end) => redecideEventShard(ports, kind, empty(), partition, end),
    replay: (ports) => replayEventShard(ports, kind, empty, partition),
  };
}

/** Decides every shard of a platform at rest once more: from the first input, and from its last image. */
export async function* replayPlatform(
  ports: ReplayPorts,
  partitions: PartitionCounts,
  tickInterval: number,
): AsyncGenerator<Replayed> {
  for (const shard of platformShards(partitions, tickInterval, ports.digest)) yield await shard.replay(ports);
}
