import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { type PartitionCounts, partitionsOf } from "@atlas/platform/topic/topics";

/** How many partitions a topic has; UNKNOWN_TOPIC when there is none of that name. */
export function knownPartitions(topic: string, counts: PartitionCounts): number {
  const count = partitionsOf(topic, counts);
  if (count > 0) return count;
  throw refusal(Reason.UNKNOWN_TOPIC, `there is no topic ${topic}`, { field: "topic" });
}
