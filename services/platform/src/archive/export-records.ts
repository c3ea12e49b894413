import type { ExportRequest, ExportResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import type { Log } from "../ports/log.ts";
import { frameIn } from "../topic/frame-in.ts";
import { millisecondsOf, timestampOf } from "../wire/time.ts";
import type { ArchivePartition } from "./archive-chain.ts";
import { ALL_TIMES, type PlacedRecord, readRecords } from "./read-records.ts";
import type { ArchiveReading } from "./verify-archive.ts";

/** What a request asks for, of some partitions, one after the other. */
export async function* exportRecords(
  sources: { readonly reading: ArchiveReading; readonly log?: Log },
  partitions: readonly ArchivePartition[],
  request: Pick<ExportRequest, "topics" | "partition" | "startTime" | "endTime">,
): AsyncGenerator<ExportResponse> {
  const bounds = {
    start: millisecondsOf(request.startTime) ?? ALL_TIMES.start,
    end: millisecondsOf(request.endTime) ?? ALL_TIMES.end,
  };
  for (const place of partitions) {
    const isAsked = request.topics.length === 0 || request.topics.includes(place.topic);
    if (!isAsked || (request.partition ?? place.partition) !== place.partition) continue;
    for await (const record of readRecords(sources, place, bounds)) yield responseOf(record, place, sources.reading);
  }
}

function responseOf(
  record: PlacedRecord,
  { topic, partition }: ArchivePartition,
  { digest }: ArchiveReading,
): ExportResponse {
  const frame = frameIn(topic, record.bytes, digest);
  return {
    $typeName: "atlas.audit.v1.ExportResponse",
    topic,
    partition,
    offset: BigInt(record.offset),
    appendTime: timestampOf(record.firstTime),
    archived: record.archived,
    frame,
    unreadable: frame === undefined ? record.bytes : new Uint8Array(0),
  };
}
