import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { identityKind } from "@atlas/identity/identity-kind";
import { IdentityShard } from "@atlas/identity/identity-shard";
import { OmsShard } from "@atlas/oms/oms-shard";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import { type PartitionCounts, topics } from "@atlas/platform/topic/topics";
import { replayEventShard } from "./replay-event-shard.ts";
import type { Replayed, ReplayPorts } from "./replay-shard.ts";
import { replayVenue } from "./replay-venue.ts";

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

/** Decides every shard of a platform at rest once more: from the first input, and from its last image. */
export async function* replayPlatform(
  ports: ReplayPorts,
  partitions: PartitionCounts,
  tickInterval: number,
): AsyncGenerator<Replayed> {
  yield await replayEventShard(ports, identityKind, () => new IdentityShard(), 0);
  yield await replayEventShard(ports, controlKind, () => new ControlShard(partitions, ports.digest), 0);
  for (let partition = 0; partition < partitions.oms; partition++) {
    yield await replayEventShard(ports, ORDERS, () => new OmsShard(partition, partitions.venue), partition);
  }
  for (let shard = 0; shard < partitions.venue; shard++) {
    yield await replayVenue(ports, { shard, omsPartitions: partitions.oms, tickInterval });
  }
}
