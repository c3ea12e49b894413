import type { PartitionCounts } from "@atlas/platform/topic/topics";

/** How many shards a platform has that is created now: fixed from then on. */
export const PARTITIONS: PartitionCounts = { oms: 16, venue: 8 };

/** Milliseconds between ticks of the simulated market, while somebody watches and while nobody does. */
export const TICKS = { watched: 100, quiet: 1_000 };
