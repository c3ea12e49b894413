import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { VenueShard } from "@atlas/venue/venue-shard";

/** The shards of a platform as one process has them: its own, and the way to the others. */
export interface ShardHost {
  /** Every shard of the platform. */
  readonly directory: ShardDirectory;
  /** The venues that run here now. */
  readonly venues: Iterable<VenueShard>;
  /** Whether clients of another process watch an instrument's market. */
  isWatchedElsewhere(instrumentId: string): boolean;
  /** Events that the query store does not show yet, by order shard that runs here. */
  storeLags(): ReadonlyMap<string, number>;
  /** The same of the order shard that is furthest behind, wherever it runs. */
  storeLag(): number;
  /** Why shards cannot be asked, one line each. */
  missing(): readonly string[];
}
