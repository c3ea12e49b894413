import type { ProcessState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import type { ControlIntake } from "../identity/record-intake.ts";

/** What operating the platform, and reading its own state, needs. */
export interface OperationsContext {
  readonly directory: ShardDirectory;
  readonly log: Log;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly partitions: PartitionCounts;
  readonly intake: ControlIntake;
  /** The processes that live now, by name. Rejects with NOT_READY where that cannot be known. */
  readonly processes: () => Promise<readonly ProcessState[]>;
}
