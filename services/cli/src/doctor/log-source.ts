import type { LogRange, LogRecord } from "@atlas/platform/ports/log";
import type { PartitionCounts } from "@atlas/platform/topic/topics";

/** A log to be examined: a running platform's, or that of a folder at rest. */
export interface LogSource {
  readonly partitions: PartitionCounts;
  range(topic: string, partition: number): Promise<LogRange>;
  /** Records from `from` up to `end`, in order. */
  records(topic: string, partition: number, from: number, end: number): AsyncIterable<LogRecord>;
}
