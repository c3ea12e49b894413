import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { ReadRequest, ReadResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import { answerState, type OwnerPlace, respond } from "@atlas/platform/progress/answer-state";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import type { IdentityShard } from "./identity-shard.ts";

/** Answers a read from the shard as it is now. Throws a `RefusalError` for a question that is not this shard's. */
export function answerIdentity(
  shard: IdentityShard,
  request: ReadRequest,
  place: OwnerPlace,
  digest: Digest,
): ReadResponse {
  if (request.query.case === "identity") return respond(shard, { case: "identity", value: shard.image() });
  const state = answerState(shard, request, place, digest);
  if (state === undefined)
    throw refusal(Reason.INVALID_FIELD, `${shard.name} does not answer that`, { field: "query" });
  return state;
}
