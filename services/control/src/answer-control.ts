import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  InstrumentListSchema,
  type ReadRequest,
  type ReadResponse,
  RevokedListSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import { answerState, type OwnerPlace, respond } from "@atlas/platform/progress/answer-state";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { create } from "@bufbuild/protobuf";
import type { ControlShard } from "./control-shard.ts";

/** Answers a read from the shard as it is now. Throws a `RefusalError` for a question that is not this shard's. */
export function answerControl(
  shard: ControlShard,
  request: ReadRequest,
  place: OwnerPlace,
  digest: Digest,
): ReadResponse {
  if (request.query.case === "instruments") {
    const value = create(InstrumentListSchema, { instruments: shard.instruments() });
    return respond(shard, { case: "instruments", value });
  }
  if (request.query.case === "revoked") {
    const value = create(RevokedListSchema, { principals: shard.revoked() });
    return respond(shard, { case: "revoked", value });
  }
  const state = answerState(shard, request, place, digest);
  if (state === undefined)
    throw refusal(Reason.INVALID_FIELD, `${shard.name} does not answer that`, { field: "query" });
  return state;
}
