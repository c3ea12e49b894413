import type { ManualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import { balanceOf } from "../account-view.ts";
import { Projection } from "../projection.ts";
import { digest, type ShardFlow } from "./shard-flow.ts";

/** The projection of a flow's shard. */
export function project(
  flow: ShardFlow,
  store: Store,
  clock: ManualClock,
  mostLag?: number,
  { log, warnings }: { log: Log; warnings: string[] } = { log: memoryLog({ clock }), warnings: [] },
): Projection {
  return new Projection(
    { log, store, clock, digest, warn: (message) => void warnings.push(message) },
    {
      name: flow.shard.name,
      partition: 0,
      openOrders: () => flow.shard.openOrders(),
      balance: (accountId, asset) => balanceOf(flow.shard.state.account(accountId), asset),
    },
    mostLag,
  );
}
