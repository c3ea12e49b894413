import { ControlCommandFrameSchema, ControlEventFrameSchema } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { IdentityCommandFrameSchema, IdentityEventFrameSchema } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { OrderCommandFrameSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { ExecutionReportFrameSchema, OrderEventFrameSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { MarketEventFrameSchema, VenueCommandFrameSchema } from "@atlas/gen/atlas/log/v1/venue_record_pb";
import { topicOf } from "./topic.ts";

/** Every topic of the platform. */
export const topics = {
  orderCommands: topicOf(OrderCommandFrameSchema),
  orderEvents: topicOf(OrderEventFrameSchema),
  executionReports: topicOf(ExecutionReportFrameSchema),
  venueOrders: topicOf(VenueCommandFrameSchema),
  marketData: topicOf(MarketEventFrameSchema),
  controlCommands: topicOf(ControlCommandFrameSchema),
  controlEvents: topicOf(ControlEventFrameSchema),
  identityCommands: topicOf(IdentityCommandFrameSchema),
  identityEvents: topicOf(IdentityEventFrameSchema),
};

/** How many partitions a platform has, fixed when it is created (DESIGN 2). */
export interface PartitionCounts {
  readonly oms: number;
  readonly venue: number;
}

/** Partitions of a topic by name; 0: there is no such topic. */
export function partitionsOf(topic: string, counts: PartitionCounts): number {
  switch (topic) {
    case topics.orderCommands.name:
    case topics.orderEvents.name:
    case topics.executionReports.name:
      return counts.oms;
    case topics.venueOrders.name:
    case topics.marketData.name:
      return counts.venue;
    case topics.controlCommands.name:
    case topics.controlEvents.name:
    case topics.identityCommands.name:
    case topics.identityEvents.name:
      return 1;
    default:
      return 0;
  }
}
