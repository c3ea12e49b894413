import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";

/** The shard keeps a digest of what a request asked for: the field in which a repeat differs is named here. */
export function naming(field: string, refused: Refusal): Refusal {
  if (refused.reason !== Reason.REQUEST_ID_REUSED || refused.field !== "") return refused;
  const message =
    field === "request_id"
      ? "the request id was used for something else"
      : `the request id was used with another ${field}`;
  return { ...refused, field, message };
}
