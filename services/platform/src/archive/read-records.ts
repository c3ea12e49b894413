import type { Log, LogRecord } from "../ports/log.ts";
import { millisecondsOf } from "../wire/time.ts";
import { type ArchivePartition, manifestsFrom } from "./archive-chain.ts";
import { openRecords } from "./records-object.ts";
import type { ArchiveReading } from "./verify-archive.ts";

/** Append times in milliseconds; a record at `end` is outside. */
export interface TimeBounds {
  readonly start: number;
  readonly end: number;
}

export const ALL_TIMES: TimeBounds = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** A record, and whether the archive has it or only the log, for now. */
export interface PlacedRecord extends LogRecord {
  readonly archived: boolean;
}

/** How far a partition was read, by what came last. */
export interface Reach {
  archivedEnd: number;
  logEnd: number;
}

/** Of one read of the log. */
const READ_BYTES = 1_000_000;

/**
 * The records of a partition in order of offsets, each once: from the archive, and where there is a log, what it has behind that
 * until now. `reach` is told how far that goes.
 */
export async function* readRecords(
  { reading, log }: { readonly reading: ArchiveReading; readonly log?: Log },
  partition: ArchivePartition,
  bounds: TimeBounds,
  reach: Reach = { archivedEnd: 0, logEnd: 0 },
): AsyncGenerator<PlacedRecord> {
  // Asked first: what is on the log now and archived meanwhile is read from the one or the other.
  const range = await log?.range(partition.topic, partition.partition);
  for await (const manifest of manifestsFrom(reading.archive, partition, 0)) {
    reach.archivedEnd = Number(manifest.lastOffset) + 1;
    const isBefore = (millisecondsOf(manifest.latestAppendTime) ?? 0) < bounds.start;
    const isBehind = (millisecondsOf(manifest.earliestAppendTime) ?? 0) >= bounds.end;
    if (isBefore || isBehind) continue;
    const object = await reading.archive.read(manifest.recordsObject);
    if (object === undefined) throw new Error(`${manifest.recordsObject} is missing`);
    for (const record of (await openRecords(object, reading.compression)).records) {
      if (isWithin(record, bounds)) yield { ...record, archived: true };
    }
  }
  if (log === undefined || range === undefined) return;
  reach.logEnd = Math.max(range.end, reach.archivedEnd);
  for (let from = Math.max(range.start, reach.archivedEnd); from < range.end; ) {
    const page = await log.read(partition.topic, partition.partition, from, READ_BYTES);
    for (const record of page) {
      if (record.offset < range.end && isWithin(record, bounds)) yield { ...record, archived: false };
    }
    from += page.length;
  }
}

function isWithin({ appendTime }: LogRecord, { start, end }: TimeBounds): boolean {
  return appendTime >= start && appendTime < end;
}
