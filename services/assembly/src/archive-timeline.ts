import { getOrderTimeline } from "@atlas/audit/get-order-timeline";
import type { GetOrderTimelineRequest, GetOrderTimelineResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { type ArchiveReading, survey } from "@atlas/platform/archive/verify-archive";
import { topics } from "@atlas/platform/topic/topics";

/** The life of an order from an archive by itself: how many partitions there are is what the archive has of them. */
export async function archiveTimeline(
  request: GetOrderTimelineRequest,
  reading: ArchiveReading,
): Promise<GetOrderTimelineResponse> {
  const { partitions } = await survey(reading.archive);
  const countOf = (name: string) =>
    [...partitions.values()].reduce(
      (count, { topic, partition }) => (topic === name ? Math.max(count, partition + 1) : count),
      0,
    );
  const counts = { oms: countOf(topics.orderEvents.name), venue: countOf(topics.venueOrders.name) };
  return getOrderTimeline(request, { reading, partitions: counts });
}
