import { idIn, type Pair } from "../platform/floor.ts";
import { openShards } from "../platform/open-shards.ts";
import { workInOtherProcess } from "../platform/other-process.ts";
import { ShardFloor } from "../platform/shard-floor.ts";

export interface FillOptions {
  readonly folder: string;
  /** Orders traded first, as many as the time allows. */
  readonly closed: number;
  readonly closedMilliseconds: number;
  /** Orders then left at rest. */
  readonly open: number;
}

export interface Filled {
  readonly closed: number;
}

const PARTITION = 3;
const OMS_PARTITIONS = 16;

/** Both accounts in one order shard, all orders in one book: the shard that recovers has all of it. */
const PAIR: Pair = {
  instrumentId: "OLD-USD",
  buyer: idIn(PARTITION, OMS_PARTITIONS, "old-buyer", ""),
  seller: idIn(PARTITION, OMS_PARTITIONS, "old-seller", ""),
};

/** Fills a data folder from the log on. */
async function fill({ folder, closed, closedMilliseconds, open }: FillOptions): Promise<Filled> {
  const opened = await openShards(folder);
  const floor = new ShardFloor(opened, [PAIR], "gold");
  await floor.open();
  const traded = await floor.trade(closed, closedMilliseconds);
  await floor.rest(open);
  return { closed: traded };
}

workInOtherProcess(fill, "as by a power cut");
