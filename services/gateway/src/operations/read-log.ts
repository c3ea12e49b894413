import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { ReadLogRequest, ReadLogResponse } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { LogRecord } from "@atlas/platform/ports/log";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { frameIn } from "@atlas/platform/topic/frame-in";
import { frameTime } from "@atlas/platform/wire/codec/copied-frame";
import { openFrame } from "@atlas/platform/wire/codec/frame";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import { invalidField } from "../refusal/invalid-field.ts";
import { knownPartitions } from "./known-partitions.ts";
import { nextRecords } from "./next-records.ts";
import type { OperationsContext } from "./operations-context.ts";

const USUAL_LIMIT = 100;
const READ_BYTES = 1_000_000;

/** Records of one partition, oldest first; with `follow` it waits for more until `limit` or `signal`. */
export async function* readLog(
  request: ReadLogRequest,
  signal: AbortSignal,
  context: OperationsContext,
): AsyncGenerator<ReadLogResponse> {
  const { topic, partition } = request;
  if (partition >= knownPartitions(topic, context.partitions)) {
    throw refusal(Reason.UNKNOWN_TOPIC, `topic ${topic} has no partition ${partition}`, { field: "partition" });
  }
  let from = await firstOffset(request, context);
  let left = request.limit === 0 ? USUAL_LIMIT : request.limit;
  while (left > 0 && !signal.aborted) {
    const { end } = await context.log.range(topic, partition);
    if (from >= end) {
      if (!request.follow) return;
      await nextRecords(context.log, topic, partition, from, signal);
      continue;
    }
    const records = await context.log.read(topic, partition, from, READ_BYTES);
    for (const record of records.slice(0, left)) yield responseOf(record, topic, context);
    left -= records.length;
    from += records.length;
  }
}

async function firstOffset(request: ReadLogRequest, context: OperationsContext): Promise<number> {
  const { topic, partition, fromTime } = request;
  const { start, end } = await context.log.range(topic, partition);
  if (fromTime === undefined) {
    const from = Number(request.fromOffset);
    if (from > end) throw invalidField("from_offset", `is above the end, ${end}`);
    return Math.max(from, start);
  }
  return offsetAt(millisecondsOf(fromTime) as number, start, end, async (offset) => {
    const [record] = await context.log.read(topic, partition, offset, 1);
    return record === undefined ? Number.POSITIVE_INFINITY : timeOf(record, context);
  });
}

/** By halving: append times rise but for jumps of the log's clock. */
async function offsetAt(
  time: number,
  start: number,
  end: number,
  timeOf: (offset: number) => Promise<number>,
): Promise<number> {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if ((await timeOf(middle)) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When it was appended; a copy, when its original was (S1). */
function timeOf(record: LogRecord, { digest }: OperationsContext): number {
  try {
    return frameTime(openFrame(record.bytes, digest).header, record);
  } catch {
    return record.appendTime;
  }
}

function responseOf(record: LogRecord, topic: string, context: OperationsContext): ReadLogResponse {
  const frame = frameIn(topic, record.bytes, context.digest);
  return {
    $typeName: "atlas.operations.v1.ReadLogResponse",
    offset: BigInt(record.offset),
    appendTime: timestampOf(timeOf(record, context)),
    frame,
    unreadable: frame === undefined ? record.bytes : new Uint8Array(0),
  };
}
