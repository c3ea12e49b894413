import type {
  GetOrderTimelineRequest,
  GetOrderTimelineResponse,
  PartitionReach,
} from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { ArchivePartition } from "@atlas/platform/archive/archive-chain";
import { ALL_TIMES, type PlacedRecord, readRecords, type TimeBounds } from "@atlas/platform/archive/read-records";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { topics } from "@atlas/platform/topic/topics";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { AuditContext } from "./audit-context.ts";
import { OrderTimeline } from "./order-timeline.ts";

/** An order's id says its shard. */
const ORDER_ID = /^([0-9a-f]{2})[A-Za-z0-9_-]{20}$/;
/** Entries of one answer. */
const MOST = 10_000;

export async function getOrderTimeline(
  request: GetOrderTimelineRequest,
  context: AuditContext,
): Promise<GetOrderTimelineResponse> {
  const shard = Number.parseInt(ORDER_ID.exec(request.orderId)?.[1] ?? "", 16);
  if (!(shard < context.partitions.oms)) throw unknownOrder(request.orderId);
  const bounds: TimeBounds = {
    start: millisecondsOf(request.startTime) ?? ALL_TIMES.start,
    end: millisecondsOf(request.endTime) ?? ALL_TIMES.end,
  };
  const timeline = new OrderTimeline(request.orderId, context.reading.digest);
  const reach: PartitionReach[] = [];
  const read = async (place: ArchivePartition, take: (record: PlacedRecord) => void) => {
    const own = { archivedEnd: 0, logEnd: 0 };
    const before = timeline.unreadable;
    for await (const record of readRecords(context, place, bounds, own)) take(record);
    const ends = { archivedEnd: BigInt(own.archivedEnd), logEnd: BigInt(own.logEnd) };
    const unreadable = BigInt(timeline.unreadable - before);
    reach.push({ $typeName: "atlas.audit.v1.PartitionReach", ...place, ...ends, unreadable });
  };
  const place = { topic: topics.orderEvents.name, partition: shard };
  await read(place, (record) => timeline.events(place, record));
  const commands = { topic: topics.orderCommands.name, partition: shard };
  await read(commands, (record) => timeline.commands(commands, record));
  const reports = { topic: topics.executionReports.name, partition: shard };
  await read(reports, (record) => timeline.reports(reports, record));
  for (const partition of timeline.venues()) {
    const venue = { topic: topics.venueOrders.name, partition };
    await read(venue, (record) => timeline.venueCommands(venue, record));
  }
  const entries = timeline.inOrder();
  if (entries.length === 0) throw unknownOrder(request.orderId);
  return {
    $typeName: "atlas.audit.v1.GetOrderTimelineResponse",
    entries: entries.slice(0, MOST),
    cut: entries.length > MOST,
    reach,
  };
}

function unknownOrder(orderId: string): Error {
  return refusal(Reason.UNKNOWN_ORDER, `there is nothing on an order ${orderId}`, { field: "order_id" });
}
