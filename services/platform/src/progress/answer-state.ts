import { type OutputState, ShardStateSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import {
  type ReadRequest,
  type ReadResponse,
  ReadResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import type { Digest } from "../ports/digest.ts";
import type { EventShard } from "../shard/event-shard.ts";
import { stateHash } from "../shard/state-hash.ts";
import { timestampOf } from "../wire/time.ts";

/** Where a shard's owner stands. */
export interface OwnerPlace {
  readonly outputs: readonly OutputState[];
  readonly inputOffset: number;
}

/** A shard without accounts. */
export interface PlainShard extends Pick<EventShard<unknown, unknown>, "name" | "sequence" | "logTime" | "slabs"> {
  /** Inputs that could not be read. */
  readonly anomalies: number;
  /** The version whose rules decide (S26). */
  readonly engineVersion: number;
  /** The last number of every incoming link from a shard. */
  links(): readonly { readonly source: string; readonly number: number }[];
}

/** An answer that shows the shard as it is now. */
export function respond(shard: PlainShard, result: ReadResponse["result"]): ReadResponse {
  return create(ReadResponseSchema, {
    sequence: BigInt(shard.sequence),
    storedSequence: BigInt(shard.sequence),
    result,
  });
}

/** Answers `StateQuery` for a shard without accounts; `undefined`: the request asks for something else. */
export function answerState(
  shard: PlainShard,
  request: ReadRequest,
  place: OwnerPlace,
  digest: Digest,
): ReadResponse | undefined {
  if (request.query.case !== "state") return undefined;
  const value = create(ShardStateSchema, {
    shard: shard.name,
    inputOffset: BigInt(place.inputOffset),
    sequence: BigInt(shard.sequence),
    stateHash: request.query.value.withStateHash ? stateHash(shard.slabs, digest) : "",
    outputs: [...place.outputs],
    links: shard.links().map(({ source, number }) => ({ source, number: BigInt(number) })),
    engineVersion: shard.engineVersion,
    ready: true,
    logTime: timestampOf(shard.logTime),
    anomalies: BigInt(shard.anomalies),
  });
  return respond(shard, { case: "state", value });
}
