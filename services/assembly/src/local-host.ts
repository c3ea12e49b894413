import { shardName } from "@atlas/platform/shard/shard-name";
import { LocalShards } from "./local-shards.ts";
import type { OwnedShardOptions } from "./owned-shard.ts";
import { processState } from "./process-state.ts";
import { ROLES } from "./role.ts";
import type { ShardHost } from "./shard-host.ts";

/** Milliseconds for shards to put on the log what they decided, and to keep images. */
const PATIENCE = 10_000;

/** Runs every shard in this process; resolves when all of them have recovered. */
export async function openLocalHost(
  options: Omit<OwnedShardOptions, "directory">,
  closes: (close: () => Promise<void>) => void,
): Promise<ShardHost> {
  const shards = new LocalShards(options);
  closes(() => shards.stop(PATIENCE));
  await shards.start();
  return {
    directory: shards,
    venues: shards.venues,
    isWatchedElsewhere: () => false,
    storeLags: () =>
      new Map(shards.oms.map(({ projection }, partition) => [shardName("oms", partition), projection.lag])),
    storeLag: () => shards.oms.reduce((most, { projection }) => Math.max(most, projection.lag), 0),
    processes: async () => [processState(options.ports.writer, ROLES, options.engines)],
    missing: () => [],
  };
}
