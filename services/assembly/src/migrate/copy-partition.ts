import { type Clock, sleep } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import { AppendUnknown, type Log, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import { copiedRecord } from "@atlas/platform/wire/codec/copied-frame";
import { frameOf } from "@atlas/platform/wire/codec/frame";
import { sameBytes } from "@atlas/platform/wire/codec/same-bytes";
import { MoveRefused } from "./move-refused.ts";

/** From where to where. The source is only read. */
export interface LogMove {
  readonly source: Log;
  readonly target: Log;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** A partition to be copied. */
export interface MovedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Whether a shard decides what stands there. */
  readonly isInput: boolean;
  /** Whether its oldest records may be gone: nothing but `market.data` is deleted by time (S28). */
  readonly mayBeTrimmed: boolean;
}

const READ_BYTES = 1 << 20;
/** Handed over in one turn: less than goes to a partition in one request, so that all of it lands or nothing. */
const BATCH_BYTES = 800_000;
const BATCH_RECORDS = 1_000;
/** Before a log is asked again that was away, or did not say whether it took what it was given: then what was under way has landed. */
const PAUSE = 5_000;
/** So often in a row nothing was gained. */
const TRIES = 24;
/** Stands where the source has nothing any more, and is trimmed like that. */
const PLACEHOLDER = Uint8Array.of(0);

/**
 * Copies a partition record by record, each to the offset where it stood, and reads all of it back. What stands there already, of a
 * copy that was broken off, is compared and gone on from. Rejects with `MoveRefused` when something else stands there.
 */
export async function copyPartition(move: LogMove, moved: MovedPartition): Promise<{ start: number; end: number }> {
  const { source, target, clock } = move;
  const { topic, partition } = moved;
  const { start, end } = await source.range(topic, partition);
  if (start > 0 && !moved.mayBeTrimmed) {
    throw new MoveRefused(`${topic}/${partition} begins at ${start}: what was decided before cannot be proved again`);
  }
  let compared = start;
  for (let tries = 0; ; tries += 1) {
    try {
      const stands = (await target.range(topic, partition)).end;
      if (stands > end) {
        throw new MoveRefused(`${topic}/${partition} has ${stands} records there, ${end} here: it is no copy`);
      }
      if (stands > compared) {
        await compare(move, moved, compared, stands);
        compared = stands;
        tries = 0;
      }
      if (stands === end) break;
      if (stands < start) await fill(move, moved, stands, start);
      else await append(move, moved, stands, end);
    } catch (error) {
      if (!(error instanceof LogUnavailable || error instanceof AppendUnknown)) throw error;
      if (tries >= TRIES) throw new MoveRefused(`the target's log is away: ${error.message}; run it again to go on`);
      await sleep(clock, PAUSE);
    }
  }
  if (start > 0) await target.trim(topic, partition, start);
  return { start, end };
}

/** Copies what stands between two offsets. Rejects as soon as a batch is refused or its fate unknown. */
async function append(move: LogMove, moved: MovedPartition, from: number, to: number): Promise<void> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  let next = from;
  for await (const record of records(move.source, moved, from, to)) {
    const copy = copyOf(record, moved, move.digest);
    if (batch.length > 0 && (bytes + copy.length > BATCH_BYTES || batch.length === BATCH_RECORDS)) {
      next = await appendAll(move, moved, batch, next);
      batch = [];
      bytes = 0;
    }
    batch.push(copy);
    bytes += copy.length;
  }
  if (batch.length > 0) await appendAll(move, moved, batch, next);
}

async function fill(move: LogMove, moved: MovedPartition, from: number, to: number): Promise<void> {
  for (let next = from; next < to; ) {
    const batch = Array.from({ length: Math.min(BATCH_RECORDS, to - next) }, () => PLACEHOLDER);
    next = await appendAll(move, moved, batch, next);
  }
}

async function appendAll(
  { target }: LogMove,
  { topic, partition }: MovedPartition,
  batch: readonly Uint8Array[],
  from: number,
): Promise<number> {
  const answers = await Promise.allSettled(batch.map((bytes) => target.append(topic, partition, bytes)));
  for (const [index, answer] of answers.entries()) {
    if (answer.status === "rejected") throw answer.reason;
    const { offset } = answer.value;
    if (offset !== from + index) {
      throw new MoveRefused(
        `${topic}/${partition}: record ${from + index} landed at ${offset}: somebody else writes there. Remove the topics and begin again`,
      );
    }
  }
  return from + batch.length;
}

/** Every record that stands there is the copy of the one here. */
async function compare(move: LogMove, moved: MovedPartition, from: number, to: number): Promise<void> {
  const copies = records(move.target, moved, from, to);
  for await (const record of records(move.source, moved, from, to)) {
    const { value: copy } = await copies.next();
    const expected = copyOf(record, moved, move.digest);
    if (copy === undefined || copy.offset !== record.offset || !sameBytes(copy.bytes, expected)) {
      throw new MoveRefused(
        `${moved.topic}/${moved.partition}: what stands there at ${record.offset} is no copy of what stands here`,
      );
    }
  }
}

/** Only inputs are decided by their times: what is no frame says nothing elsewhere, and stays what it is (F13). */
function copyOf(record: LogRecord, { isInput }: MovedPartition, digest: Digest): Uint8Array {
  return isInput || frameOf(record.bytes, digest) !== undefined ? copiedRecord(record, digest) : record.bytes;
}

async function* records(
  log: Log,
  { topic, partition }: MovedPartition,
  from: number,
  to: number,
): AsyncGenerator<LogRecord, undefined> {
  for (let next = from; next < to; ) {
    const read = await log.read(topic, partition, next, READ_BYTES);
    for (const record of read) if (record.offset < to) yield record;
    next += read.length;
  }
  return undefined;
}
