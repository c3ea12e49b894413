import { ControlCommandFrameSchema, ControlEventFrameSchema } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { IdentityCommandFrameSchema, IdentityEventFrameSchema } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { OrderCommandFrameSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { ExecutionReportFrameSchema, OrderEventFrameSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { MarketEventFrameSchema, VenueCommandFrameSchema } from "@atlas/gen/atlas/log/v1/venue_record_pb";
import { createRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Digest } from "../ports/digest.ts";
import { openFrame } from "../wire/codec/frame.ts";
import { topicOf } from "./topic.ts";

const FRAMES: ReadonlyMap<string, DescMessage> = new Map(
  [
    ...[OrderCommandFrameSchema, OrderEventFrameSchema, ExecutionReportFrameSchema],
    ...[VenueCommandFrameSchema, MarketEventFrameSchema],
    ...[ControlCommandFrameSchema, ControlEventFrameSchema],
    ...[IdentityCommandFrameSchema, IdentityEventFrameSchema],
  ].map((frame) => [topicOf(frame).name, frame]),
);

/** What an `Any` of a frame is, for who writes one as JSON. */
export const frameRegistry = createRegistry(...FRAMES.values());

/** A record of a topic as the frame that it is; `undefined`: it cannot be read as one. */
export function frameIn(topic: string, record: Uint8Array, digest: Digest): Any | undefined {
  const frame = FRAMES.get(topic);
  if (frame === undefined) return undefined;
  try {
    openFrame(record, digest);
    fromBinary(frame, record);
  } catch {
    return undefined;
  }
  return { $typeName: "google.protobuf.Any", typeUrl: `type.googleapis.com/${frame.typeName}`, value: record };
}
