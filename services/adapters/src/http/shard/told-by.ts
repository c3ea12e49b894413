import { RefusalError, refusalOf } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";

/** A handshake that the other side refused since the keys differ (RFC 8446, 4.2.11.2). */
const OTHER_KEY = "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR";

/**
 * What another process's error means to who asked it for a shard: what the owner refused, as it said it; all else, a key that it does
 * not take among it, is that it cannot be asked now.
 */
export function toldBy(error: unknown, shard: string): RefusalError {
  if (error instanceof RefusalError) return error;
  const refusal = refusalOf(error);
  if (refusal !== undefined) return new RefusalError(refusal);
  const { message, cause } = error as Error;
  const isStrange = [error, cause].some((one) => (one as NodeJS.ErrnoException | undefined)?.code === OTHER_KEY);
  return notReady(`${shard} cannot be asked now: ${isStrange ? "its cluster.key differs from the one here" : message}`);
}
