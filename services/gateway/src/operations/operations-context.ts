import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { PartitionCounts } from "@atlas/platform/topic/topics";

/** What reading the platform's own state needs. */
export interface OperationsContext {
  readonly directory: ShardDirectory;
  readonly log: Log;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly partitions: PartitionCounts;
}
