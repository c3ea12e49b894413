import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printFigure } from "../figure.ts";
import { startOtherProcess } from "../platform/other-process.ts";
import { note, rounded } from "../platform/samples.ts";
import { startPlatform } from "../platform/started-platform.ts";
import { diskBytes, sum } from "../platform/usage.ts";
import type { Filled, FillOptions } from "./fill-folder.ts";
import type { Recovered } from "./recover-folder.ts";

const OPEN = 100_000;
const CLOSED = 1_000_000;
/** The whole must end in four minutes, however slow the machine is today. */
const CLOSED_MILLISECONDS = 110_000;
const ROUNDS = 3;

/** What a power cut costs: with many open orders in one shard, behind none and behind many that are closed. */
export async function run(): Promise<void> {
  const none = await measure(0);
  const many = await measure(CLOSED);
  const ratio = many / none;
  printFigure({ bench: "recovery", subject: "closed behind / none", metric: "ratio", value: rounded(ratio), unit: "" });
}

/** Fills a folder, cuts the power, and starts again a few times; answers the median time of the shards. */
async function measure(closed: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-recovery-"));
  try {
    const began = performance.now();
    const filled = await fill({ folder, closed, closedMilliseconds: CLOSED_MILLISECONDS, open: OPEN });
    const subject = `${OPEN} open, ${filled.closed} closed`;
    note(
      `${subject}: filled in ${rounded((performance.now() - began) / 1000)} s, ${rounded(sum(diskBytes(folder)) / 1e6)} MB`,
    );
    const shards = await repeat(() => recover(folder));
    const ready = await repeat(() => start(folder));
    printFigure({ bench: "recovery", subject, metric: "shards", value: rounded(shards), unit: "ms" });
    printFigure({ bench: "recovery", subject, metric: "start_to_ready", value: rounded(ready), unit: "ms" });
    return shards;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(options: FillOptions): Promise<Filled> {
  const work = startOtherProcess<FillOptions, Filled>(new URL("./fill-folder.ts", import.meta.url), options);
  const filled = await work.result;
  await work.ended;
  return filled;
}

async function recover(folder: string): Promise<number> {
  const work = startOtherProcess<string, Recovered>(new URL("./recover-folder.ts", import.meta.url), folder);
  const { milliseconds, openOrders } = await work.result;
  await work.ended;
  if (openOrders !== OPEN) throw new Error(`${openOrders} orders are open, not ${OPEN}`);
  return milliseconds;
}

/** From the start of the process until it is ready, sign-in and edge included. */
async function start(folder: string): Promise<number> {
  const platform = await startPlatform(folder);
  await platform.kill();
  return platform.startMilliseconds;
}

/** The median. */
async function repeat(action: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await action());
  times.sort((left, right) => left - right);
  return times[Math.floor(ROUNDS / 2)] as number;
}
