import { replayPlatform } from "@atlas/assembly/replay/replay-platform";
import type { ReplayPorts } from "@atlas/assembly/replay/replay-shard";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { StoreItem } from "@atlas/platform/ports/store";
import type { Violations } from "../model/violations.ts";

const SHARDS_TABLE = "atlas_shards";

/** What a store keeps for the platform's shards at a moment: images, output positions. */
export type Images = readonly StoreItem[];

/** Images of every shard as they stand in the store now, whole or not. */
export async function imagesOf(platform: MemoryPlatform): Promise<Images> {
  const items: StoreItem[] = [];
  for (const partition of shardNames(platform)) {
    const query = { partition, limit: 1_000 };
    items.push(...(await platform.world.look(() => platform.world.store.query(SHARDS_TABLE, query))));
  }
  return items;
}

/** The hash of every shard's state, as its owner tells it. */
async function liveHashes(platform: MemoryPlatform): Promise<Map<string, string>> {
  const call = platform.client(OperationsService).getSystemState({ withStateHash: true });
  const { shards } = await platform.run(call);
  return new Map(shards.map(({ shard, stateHash }) => [shard, stateHash]));
}

/**
 * Every shard rebuilt from its inputs alone, and from each set of images with what follows, equals the one that lives (I10,
 * I21); what stands on the log is what deciding it again says.
 */
export async function checkRebuilt(
  platform: MemoryPlatform,
  violations: Violations,
  images: readonly Images[],
): Promise<void> {
  const live = await liveHashes(platform);
  for (const [index, items] of images.entries()) {
    const ports = await portsOn(platform, items);
    const replays = replayPlatform(ports, platform.partitions, 100);
    for (;;) {
      const { value: replayed, done } = await platform.run(replays.next());
      if (done || replayed === undefined) break;
      const { shard, differences, stateHash, recoveredHash } = replayed;
      violations.check("I10", differences.length === 0, () => `${shard}: ${differences.join("; ")}`);
      violations.check(
        "I10",
        stateHash === live.get(shard),
        () => `${shard} from its log is another than the live one`,
      );
      const text = () => `${shard} from image ${index} is another than the live one`;
      violations.check("I21", recoveredHash === live.get(shard), text);
    }
  }
}

async function portsOn(platform: MemoryPlatform, items: Images): Promise<ReplayPorts> {
  const { clock, log, digest } = platform.world;
  const store = memoryStore({ clock });
  for (const item of items) await platform.run(store.put(SHARDS_TABLE, item));
  return { log, store, clock, digest, warn: () => undefined };
}

function shardNames({ partitions }: MemoryPlatform): string[] {
  const numbered = (kind: string, count: number) => Array.from({ length: count }, (_, number) => `${kind}/${number}`);
  return ["control/0", "identity/0", ...numbered("oms", partitions.oms), ...numbered("venue", partitions.venue)];
}
