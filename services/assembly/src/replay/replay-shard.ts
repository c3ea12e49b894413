import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import type { Warn } from "@atlas/platform/shard/warn";

/** A log and a store at rest. Nothing is written to them. */
export interface ReplayPorts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly warn: Warn;
}

/** What deciding takes. */
export type DecidePorts = Pick<ReplayPorts, "log" | "digest" | "warn">;

/** What came of deciding a shard's inputs once more, from the first on. */
export interface Redecided {
  /** Events, or market events, that were compared with those on the log. */
  readonly compared: number;
  /** Where what was decided differs from what stands on the log (I10); empty: nowhere. */
  readonly differences: readonly string[];
  /** What was decided and does not stand on the log, which goes on behind it: a hole. */
  readonly missing: number;
  /** Behind the last of them. */
  readonly stateHash: string;
}

/** The same, and from the last image with the rest of the log (I10, I21). */
export interface Replayed extends Redecided {
  readonly shard: string;
  readonly recoveredHash: string;
  /** Why no state could be recovered. */
  readonly problem: string | undefined;
  /** Its inputs are trimmed: only the recovered state could be made. */
  readonly trimmed: boolean;
}
