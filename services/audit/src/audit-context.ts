import type { ArchiveReading } from "@atlas/platform/archive/verify-archive";
import type { Log } from "@atlas/platform/ports/log";
import type { PartitionCounts } from "@atlas/platform/topic/topics";

/** What an answer about the past is read from. */
export interface AuditContext {
  readonly reading: ArchiveReading;
  /** For what is not archived yet; absent: of that nothing is told. */
  readonly log?: Log;
  readonly partitions: PartitionCounts;
}
