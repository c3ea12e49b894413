import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printFigure } from "../figure.ts";
import { floorPairs } from "../platform/floor.ts";
import { openShards } from "../platform/open-shards.ts";
import { note, rounded } from "../platform/samples.ts";
import { ShardFloor } from "../platform/shard-floor.ts";
import { diskBytes, sum } from "../platform/usage.ts";
import { wait } from "../platform/wait.ts";

const PAIRS = 4;
const WARM_UP = 30_000;
const KEPT = [1_000, 100_000, 1_000_000];
const MEASURED = 10_000;
/** The whole must end in four minutes, however slow the machine is today: fewer are kept then. */
const FILLED_WITHIN = 180_000;
/** Checkpoints and images come to rest. */
const SETTLE = 1_500;

/**
 * What one more order costs the shards, the log and the store when so many are kept already: an order is traded, and
 * everything that it leaves is written. All in this process, fed from the log on.
 */
export async function run(): Promise<void> {
  await onFolder(async (floor) => void (await floor.trade(WARM_UP)));
  await onFolder(async (floor, folder) => {
    const end = performance.now() + FILLED_WITHIN;
    let kept = 0;
    for (const level of KEPT) {
      const began = performance.now();
      const traded = await floor.trade(level - kept, end - began);
      note(`${traded} orders in ${rounded((performance.now() - began) / 1000)} s`);
      kept += traded;
      await wait(SETTLE);
      await measure(floor, folder, kept);
      kept += MEASURED;
    }
  });
}

async function measure(floor: ShardFloor, folder: string, level: number): Promise<void> {
  const disk = sum(diskBytes(folder));
  const cpu = process.cpuUsage();
  const began = performance.now();
  await floor.trade(MEASURED);
  const wall = performance.now() - began;
  const used = process.cpuUsage(cpu);
  await wait(SETTLE);
  const subject = `${level} orders kept`;
  const figure = (metric: string, value: number, unit: string) =>
    printFigure({ bench: "growth", subject, metric, value: rounded(value), unit });
  figure("cpu", (used.user + used.system) / MEASURED, "us/order");
  figure("wall", (wall * 1000) / MEASURED, "us/order");
  figure("disk", (sum(diskBytes(folder)) - disk) / MEASURED, "bytes/order");
  figure("disk_in_all", sum(diskBytes(folder)) / (level + MEASURED), "bytes/order");
}

async function onFolder(work: (floor: ShardFloor, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-growth-"));
  try {
    const opened = await openShards(folder);
    const floor = new ShardFloor(opened, floorPairs("grow", PAIRS), "ggrowth");
    await floor.open();
    await work(floor, folder);
    await opened.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
