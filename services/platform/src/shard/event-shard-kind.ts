import type { FollowResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Codec } from "@atlas/gen/codec/codec";
import type { Topic } from "../topic/topic.ts";

/** Records of one message type on a topic. */
export interface Channel<Message> {
  readonly topic: Topic;
  readonly codec: Codec<Message>;
}

/** What the owner of a shard with an event log needs to know of its kind. */
export interface EventShardKind<Command, Event, Report> {
  readonly inputs: Channel<Command>;
  readonly events: Channel<Event>;
  /** The public view of its events, if it has one. */
  readonly reports: { readonly channel: Channel<Report>; of(event: Event): Report | undefined } | undefined;
  sequenceOf(event: Event): number;
  /** The input by which a shard's owner says that deadlines through this log time may be due (S9); absent: it holds none. */
  timerDue?(time: number): Command;
  respond(events: readonly Event[]): FollowResponse;
}
