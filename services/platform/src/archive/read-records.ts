import type { Log, LogRecord } from "../ports/log.ts";
import { millisecondsOf } from "../wire/time.ts";
import { type ArchivePartition, manifestsFrom } from "./archive-chain.ts";
import { FirstTimes } from "./first-times.ts";
import { openRecords } from "./records-object.ts";
import type { ArchiveReading } from "./verify-archive.ts";

/** Times of the first append, in milliseconds; a record at `end` is outside. */
export interface TimeBounds {
  readonly start: number;
  readonly end: number;
}

export const ALL_TIMES: TimeBounds = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** A record, and whether the archive has it or only the log, for now. */
export interface PlacedRecord extends LogRecord {
  /** When it was appended; a copy, when its original was (S1). */
  readonly firstTime: number;
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
  const times = new FirstTimes(reading.digest);
  for await (const manifest of manifestsFrom(reading.archive, partition, 0)) {
    reach.archivedEnd = Number(manifest.lastOffset) + 1;
    // A manifest says when copies were made: after their originals, so that only what was copied too early is known to be outside.
    const isBefore = (millisecondsOf(manifest.latestAppendTime) ?? 0) < bounds.start;
    const isBehind = times.isBehindCopies && (millisecondsOf(manifest.earliestAppendTime) ?? 0) >= bounds.end;
    if (isBefore || isBehind) continue;
    const object = await reading.archive.read(manifest.recordsObject);
    if (object === undefined) throw new Error(`${manifest.recordsObject} is missing`);
    for (const record of (await openRecords(object, reading.compression)).records) {
      const firstTime = times.of(record);
      if (isWithin(firstTime, bounds)) yield { ...record, firstTime, archived: true };
    }
  }
  if (log === undefined || range === undefined) return;
  reach.logEnd = Math.max(range.end, reach.archivedEnd);
  for (let from = Math.max(range.start, reach.archivedEnd); from < range.end; ) {
    const page = await log.read(partition.topic, partition.partition, from, READ_BYTES);
    for (const record of page) {
      const firstTime = times.of(record);
      if (record.offset < range.end && isWithin(firstTime, bounds)) yield { ...record, firstTime, archived: false };
    }
    from += page.length;
  }
}

function isWithin(time: number, { start, end }: TimeBounds): boolean {
  return time >= start && time < end;
}
