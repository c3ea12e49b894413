import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printFigure } from "../figure.ts";
import { floorPairs } from "../platform/floor.ts";
import { openShards } from "../platform/open-shards.ts";
import { rounded } from "../platform/samples.ts";
import { ShardFloor } from "../platform/shard-floor.ts";
import { counted, type Tally } from "./counted.ts";

const PAIRS = 4;
const WARM_UP = 5_000;
const AT_ONCE = 40_000;
const ALONE = 60;

/**
 * What an order that is filled writes to the log and to the store, and what DynamoDB would charge for it: where eight accounts
 * trade as fast as the shards go, so that much is coalesced, and where each pair of orders is alone. Neither gateways nor the archive are part of it.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-writes-"));
  try {
    const tally: Tally = new Map();
    const opened = await openShards(folder, (ground) => counted(ground, tally));
    const floor = new ShardFloor(opened, floorPairs("write", PAIRS), "gwrites");
    await floor.open();
    await floor.trade(WARM_UP);
    tally.clear();
    tell("at once", tally, await floor.trade(AT_ONCE));
    tally.clear();
    for (let orders = 0; orders < ALONE; orders += 2) await floor.trade(2);
    tell("alone", tally, ALONE);
    await opened.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(subject: string, tally: Tally, orders: number): void {
  const figure = (metric: string, value: number, unit: string) =>
    printFigure({ bench: "writes", subject, metric, value: rounded(value / orders), unit });
  const tables = [...tally].filter(([name]) => name.startsWith("atlas_"));
  const topics = [...tally].filter(([name]) => !name.startsWith("atlas_"));
  for (const [name, { count, bytes, units }] of tables.sort()) {
    figure(name, count, "items/order");
    figure(name, bytes, "bytes/order");
    figure(name, units, "write units/order");
  }
  for (const [name, { count, bytes }] of topics.sort()) {
    figure(name, count, "frames/order");
    figure(name, bytes, "bytes/order");
  }
  figure(
    "store",
    tables.reduce((sum, [, { count }]) => sum + count, 0),
    "items/order",
  );
  figure(
    "store",
    tables.reduce((sum, [, { units }]) => sum + units, 0),
    "write units/order",
  );
  figure(
    "log",
    topics.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    "bytes/order",
  );
}
