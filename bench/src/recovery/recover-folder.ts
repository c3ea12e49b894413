import { openShards } from "../platform/open-shards.ts";
import { workInOtherProcess } from "../platform/other-process.ts";

export interface Recovered {
  /** Until every shard had recovered, the log being open. */
  readonly milliseconds: number;
  readonly openOrders: number;
}

/** Recovers the shards of a data folder in a process that has just begun, and leaves the folder as it was. */
async function recover(folder: string): Promise<Recovered> {
  const { startMilliseconds, shards } = await openShards(folder);
  let openOrders = 0;
  for (const { shard } of shards.oms) for (const _ of shard.openOrders()) openOrders += 1;
  return { milliseconds: startMilliseconds, openOrders };
}

workInOtherProcess(recover, "as by a power cut");
