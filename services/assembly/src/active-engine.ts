import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { ENGINE_VERSIONS, requireEngine } from "@atlas/domain/engine/engine-rules";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { ImageWriter } from "@atlas/platform/shard/image-writer";
import { recoverEvents } from "@atlas/platform/shard/recovery";
import type { PartitionCounts } from "@atlas/platform/topic/topics";

/** Nothing is sent by who only looks. */
const ALL_EMITTED = { sequence: Number.MAX_SAFE_INTEGER, offset: Number.MAX_SAFE_INTEGER };

/**
 * Rejects with `EngineMissing` where the platform's active engine version, as control has it on the log, is none that this process
 * carries: it must not own a shard (S26). Writes nothing.
 */
export async function refuseMissingEngine(
  ports: OwnerPorts,
  partitions: PartitionCounts,
  engines: readonly number[] = ENGINE_VERSIONS,
): Promise<void> {
  const control = new ControlShard(partitions, ports.digest, engines);
  const images = new ImageWriter(ports, control.name, control.slabs);
  await recoverEvents(ports, controlKind, control, 0, images, ALL_EMITTED);
  requireEngine(control.engineVersion, engines);
}
