import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { RefusalError, refusalOf } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";

/**
 * What another process's error means to who asked it for a shard: what the owner refused, as it said it; all else, a key that it does
 * not take among it, is that it cannot be asked now.
 */
export function toldBy(error: unknown, shard: string): RefusalError {
  if (error instanceof RefusalError) return error;
  const refusal = refusalOf(error);
  if (refusal !== undefined && refusal.reason !== Reason.NOT_SIGNED_IN) return new RefusalError(refusal);
  return notReady(`${shard} cannot be asked now: ${(error as Error).message}`);
}
