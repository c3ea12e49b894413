import { IdentityCommandCodec, IdentityEventCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import {
  type IdentityCommand,
  type IdentityEvent,
  IdentityEventFrameSchema,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { FollowResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import { topics } from "@atlas/platform/topic/topics";
import { create } from "@bufbuild/protobuf";

/** What the identity shard's owner needs to know. */
export const identityKind: EventShardKind<IdentityCommand, IdentityEvent, never> = {
  inputs: { topic: topics.identityCommands, codec: IdentityCommandCodec },
  events: { topic: topics.identityEvents, codec: IdentityEventCodec },
  reports: undefined,
  sequenceOf: (event) => Number(event.sequence),
  respond: (events) => {
    const value = create(IdentityEventFrameSchema, { messages: [...events] });
    return create(FollowResponseSchema, { events: { case: "identityEvents", value } });
  },
};
