import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { ENGINE_VERSIONS, EngineMissing, requireEngine } from "@atlas/domain/engine/engine-rules";
import { isAway } from "@atlas/platform/ports/away";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { ImageWriter } from "@atlas/platform/shard/image-writer";
import { recoverEvents } from "@atlas/platform/shard/recovery";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { ShardLost } from "./shard-lost.ts";

/** Nothing is sent by who only looks. */
const ALL_EMITTED = { sequence: Number.MAX_SAFE_INTEGER, offset: Number.MAX_SAFE_INTEGER };

/**
 * Rejects with `EngineMissing` where the platform's active engine version, as control has it on the log, is none that this process
 * carries: it must not own a shard (S26); with `ShardLost` where control cannot be put together. Writes nothing.
 */
export async function refuseMissingEngine(
  ports: OwnerPorts,
  partitions: PartitionCounts,
  engines: readonly number[] = ENGINE_VERSIONS,
): Promise<void> {
  const control = new ControlShard(partitions, ports.digest, engines);
  const images = new ImageWriter(ports, control.name, control.slabs);
  await recoverEvents(ports, controlKind, control, 0, images, ALL_EMITTED).catch((error: Error) => {
    throw isAway(error) || error instanceof EngineMissing
      ? error
      : new ShardLost(`${control.name} cannot be recovered: ${error.message}`);
  });
  requireEngine(control.engineVersion, engines);
}
