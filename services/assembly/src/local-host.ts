import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { LeasedShards } from "./leased-shards.ts";
import { LocalDirectory } from "./local-directory.ts";
import { type OwnedShardOptions, SHARD_KINDS, shardsOf } from "./owned-shard.ts";
import { processState } from "./process-state.ts";
import { ROLES } from "./role.ts";
import type { ShardHost } from "./shard-host.ts";
import { ShardLost } from "./shard-lost.ts";
import { linesOf } from "./waiting-shards.ts";

/** Milliseconds for shards to put on the log what they decided, and to keep images. */
const PATIENCE = 10_000;

/** Begins to run every shard in this process (S21: the data folder's lock is the lease of all of them). */
export function openLocalHost(
  options: Omit<OwnedShardOptions, "directory"> & { readonly journal: Pick<Journal, "info"> },
  closes: (close: () => Promise<void>) => void,
): ShardHost {
  const { ports, partitions, engines, journal } = options;
  const linked: ShardDirectory = { client: (shard) => directory.client(shard) };
  const needed = [...shardsOf("control", partitions), ...shardsOf("identity", partitions)];
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  const shards = new LeasedShards(
    { ...options, directory: linked },
    {
      ...{ patience: PATIENCE, journal },
      lost(shard, reason) {
        if (needed.includes(shard)) lost.reject(new ShardLost(`${shard} ${reason}`));
      },
    },
  );
  const directory = new LocalDirectory(shards, ports.clock);
  const names = SHARD_KINDS.flatMap((kind) => shardsOf(kind, partitions));
  closes(async () => {
    await Promise.all(names.map((name) => shards.given(name)));
  });
  for (const name of names) shards.taken(name);
  return {
    directory,
    venues: { [Symbol.iterator]: () => shards.venues() },
    isWatchedElsewhere: () => false,
    storeLags: () => shards.storeLags(),
    storeLag: () => shards.storeLag(),
    processes: async () => [processState(ports.writer, ROLES, engines)],
    concerned: () => names,
    missing: () => linesOf(shards.waiting()),
    lost: lost.promise,
  };
}
