import type { ProcessState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { OwnedVenue } from "@atlas/venue/venue-owner";

/** The shards of a platform as one process has them: its own, and the way to the others. */
export interface ShardHost {
  /** Every shard of the platform. */
  readonly directory: ShardDirectory;
  /** The venues that run here now. */
  readonly venues: Iterable<OwnedVenue>;
  /** Whether clients of another process watch an instrument's market. */
  isWatchedElsewhere(instrumentId: string): boolean;
  /** Events that the query store does not show yet, by order shard that runs here. */
  storeLags(): ReadonlyMap<string, number>;
  /** The same of the order shard that is furthest behind, wherever it runs. */
  storeLag(): number;
  /** The platform's processes that live now, by name. Rejects with NOT_READY where that cannot be known. */
  processes(): Promise<readonly ProcessState[]>;
  /** The shards whose inputs this process reads or writes: its own, of a gateway all. */
  concerned(): readonly string[];
  /** Why shards cannot be asked, or cannot say what they decide, one line each. */
  missing(): readonly string[];
  /**
   * Rejects with `ShardLost` when a shard without which nobody is served cannot go on: no waiting cures it, and nobody else will own it.
   * Absent: another process may.
   */
  readonly lost?: Promise<never>;
}
