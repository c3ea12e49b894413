import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { replayPlatform } from "../replay/replay-platform.ts";
import type { Replayed, ReplayPorts } from "../replay/replay-shard.ts";

/** A platform at rest, on either column. */
export interface RestingPlatform {
  readonly log: Log;
  readonly store: Store;
}

/** A shard, decided from its first input and recovered from its image, here and there. */
export interface ProvedShard {
  readonly shard: string;
  /** Of the source. */
  readonly stateHash: string;
  /** Events, or market events, that were compared with those on the target's log. */
  readonly compared: number;
  /** Why the target is not the source; empty: it is. */
  readonly differences: readonly string[];
}

/** Decides every shard once more from both logs, and recovers it from both stores: all states are to be the same (I10, I21). */
export async function* proveMove(
  ports: Omit<ReplayPorts, "log" | "store">,
  source: RestingPlatform,
  target: RestingPlatform,
  terms: { readonly partitions: PartitionCounts; readonly tickInterval: number },
): AsyncGenerator<ProvedShard> {
  const { partitions, tickInterval } = terms;
  const there = replayPlatform({ ...ports, ...target }, partitions, tickInterval);
  for await (const here of replayPlatform({ ...ports, ...source }, partitions, tickInterval)) {
    const { value } = await there.next();
    yield {
      ...{ shard: here.shard, stateHash: here.stateHash, compared: (value as Replayed).compared },
      differences: differencesOf(here, value as Replayed),
    };
  }
}

function differencesOf(here: Replayed, there: Replayed): string[] {
  const { shard, stateHash } = here;
  const found = [...here.differences.map((one) => `here ${one}`), ...there.differences.map((one) => `there ${one}`)];
  if (here.problem !== undefined) found.push(`here it cannot be recovered: ${here.problem}`);
  else if (here.recoveredHash !== stateHash) found.push("its image here is not what its log makes");
  if (there.shard !== shard) found.push(`there it is ${there.shard}`);
  if (there.stateHash !== stateHash) found.push(`state ${there.stateHash} from the log there`);
  if (there.problem !== undefined) found.push(`there it cannot be recovered: ${there.problem}`);
  else if (there.recoveredHash !== stateHash) found.push("its image there is not what its log makes");
  if (there.compared !== here.compared) found.push(`${there.compared} events there, ${here.compared} here`);
  return found;
}
