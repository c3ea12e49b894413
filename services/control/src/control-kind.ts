import { ControlCommandCodec, ControlEventCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import {
  type ControlCommand,
  type ControlEvent,
  ControlEventFrameSchema,
} from "@atlas/gen/atlas/log/v1/control_record_pb";
import { FollowResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import { topics } from "@atlas/platform/topic/topics";
import { create } from "@bufbuild/protobuf";

/** What the control shard's owner needs to know. */
export const controlKind: EventShardKind<ControlCommand, ControlEvent, never> = {
  inputs: { topic: topics.controlCommands, codec: ControlCommandCodec },
  events: { topic: topics.controlEvents, codec: ControlEventCodec },
  reports: undefined,
  sequenceOf: (event) => Number(event.sequence),
  respond: (events) => {
    const value = create(ControlEventFrameSchema, { messages: [...events] });
    return create(FollowResponseSchema, { events: { case: "controlEvents", value } });
  },
};
