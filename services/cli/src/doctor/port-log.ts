import type { Log } from "@atlas/platform/ports/log";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import type { LogSource } from "./log-source.ts";

const READ_BYTES = 4_194_304;

/** A log to be examined, by its port. */
export function portLog(log: Log, partitions: PartitionCounts): LogSource {
  return {
    partitions,
    range: (topic, partition) => log.range(topic, partition),
    async *records(topic, partition, from, end) {
      for (let next = from; next < end; ) {
        const records = await log.read(topic, partition, next, READ_BYTES);
        for (const record of records) if (record.offset < end) yield record;
        next += records.length;
      }
    },
  };
}
