import type { VenueSettings } from "@atlas/domain/venue/venue-state";
import { MarketEventFrameSchema, VenueCommandFrameSchema } from "@atlas/gen/atlas/log/v1/venue_record_pb";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import type { OutputState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import {
  type ReadRequest,
  type ReadResponse,
  ReadResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { type InputShardKind, InputShardOwner } from "@atlas/platform/shard/input-shard-owner";
import { stateHashOf } from "@atlas/platform/shard/state-hash";
import { topicOf } from "@atlas/platform/topic/topic";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { VenueShard } from "./venue-shard.ts";

const KIND: Omit<InputShardKind<VenueCommand, MarketEvent>, "fresh"> = {
  inputs: { topic: topicOf(VenueCommandFrameSchema), codec: VenueCommandCodec },
  published: { topic: topicOf(MarketEventFrameSchema), codec: MarketEventCodec },
  sequenceOf: (event) => Number(event.shardSequence),
};

/** What who runs a venue shard learns of it. */
export interface VenueHooks {
  /** Market events as they are decided, before they are on the log. */
  decided(events: readonly MarketEvent[]): void;
  /** The shard has stopped. */
  failed(error: Error): void;
}

/** A venue shard and its owner. */
export interface OwnedVenue {
  readonly shard: VenueShard;
  readonly owner: InputShardOwner<VenueCommand, MarketEvent>;
}

/** Owns one venue shard; `start` it. `engines`: the versions that this process carries; absent: all of its build (S26). */
export function ownVenue(
  ports: OwnerPorts,
  settings: VenueSettings,
  hooks: VenueHooks,
  engines?: readonly number[],
): OwnedVenue {
  const shard = new VenueShard(settings, engines);
  const kind = { ...KIND, fresh: () => new VenueShard(settings, engines) };
  const owner: InputShardOwner<VenueCommand, MarketEvent> = new InputShardOwner(ports, kind, shard, settings.shard, {
    decided: (events) => hooks.decided(events),
    failed: (error) => hooks.failed(error),
    answer: (request, outputs, inputOffset) => answer(ports, shard, request, outputs, inputOffset),
  });
  return { shard, owner };
}

/** A venue answers what it knows of itself; its market is on the log. */
function answer(
  ports: OwnerPorts,
  shard: VenueShard,
  request: ReadRequest,
  outputs: readonly OutputState[],
  inputOffset: number,
): ReadResponse {
  if (request.query.case !== "state") throw new Error(`${shard.name} answers questions for its state only`);
  const sequence = BigInt(shard.state.shardSequence);
  const openOrders = shard.state.books.reduce((sum, book) => sum + book.handleOf.size, 0);
  const links = shard.links().filter(({ source }) => source.includes("/"));
  return create(ReadResponseSchema, {
    sequence,
    result: {
      case: "state",
      value: {
        shard: shard.name,
        inputOffset: BigInt(inputOffset),
        sequence,
        stateHash: request.query.value.withStateHash ? stateHashOf(shard.copy(), ports.digest) : "",
        outputs: [...outputs],
        links: links.map(({ source, number }) => ({ source, number: BigInt(number) })),
        openOrders: BigInt(openOrders),
        ready: true,
        logTime: timestampOf(shard.logTime),
        anomalies: BigInt(shard.anomalies),
        engineVersion: shard.state.engineVersion,
      },
    },
  });
}
