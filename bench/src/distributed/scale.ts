import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterTerms } from "@atlas/chaos/cluster/cluster";
import { ServiceWatch } from "@atlas/chaos/faults/service-watch";
import { atlasClient } from "@atlas/cli/client/atlas-client";
import { printFigure } from "../figure.ts";
import { printSummary, rounded } from "../platform/samples.ts";
import { BenchCluster, ordersOf } from "./bench-cluster.ts";

const PROCESSES = [1, 2, 4];
const PAIRS = [2, 8, 32];
const USUAL_PAIRS = 8;
/** Orders a second: fewer than any of these platforms can take, so that a machine of few processors compares them by their cost. */
const RATE = 500;
const SECONDS = 15;
const WARM_UP_SECONDS = 10;
const IDLE_SECONDS = 5;
/** Milliseconds for the shards of a killed process to be served by others: longer says as much. */
const SERVED_WITHIN = 60_000;

type Processes = ClusterTerms["processes"];

/**
 * What an order costs with more processes, accounts and instruments: processor time of the platform's processes together, less what
 * they take without orders. On a machine of few processors more processes do not make it faster; the cost of an order says what
 * more machines would bring. Then how soon the shards of a process that is killed are served by the others.
 */
export async function run(): Promise<void> {
  for (const count of PROCESSES) {
    const kills = count === 1 ? [] : ["oms-1", "venue-1"];
    await measure(`${count} of oms and venue each`, processesOf(count), USUAL_PAIRS, kills);
  }
  for (const pairs of PAIRS) await measure(`${2 * pairs} accounts, ${pairs} instruments`, processesOf(1), pairs, []);
}

function processesOf(count: number): Processes {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Object.fromEntries([
    ["gateway", ["gateway", "market"] as const],
    ...numbers.map((number) => [`oms-${number}`, ["oms", "control", "identity"] as const] as const),
    ...numbers.map((number) => [`venue-${number}`, ["venue"] as const] as const),
  ]);
}

async function measure(subject: string, processes: Processes, pairs: number, kills: readonly string[]): Promise<void> {
  const platform = await BenchCluster.start(processes, pairs);
  const figure = (metric: string, value: number, unit: string) =>
    printFigure({ bench: "scale", subject, metric, value: rounded(value), unit });
  try {
    await platform.load({ seconds: WARM_UP_SECONDS, warmUp: 0, rate: RATE, window: 0 });
    await platform.storeCaughtUp();
    const begin = platform.processorTime;
    await sleep(1_000 * IDLE_SECONDS);
    const idle = (platform.processorTime - begin) / IDLE_SECONDS;
    figure("processor time without orders", idle, "ms/s");
    const before = platform.processorTime;
    const { sent, seconds, decided } = await platform.load({ seconds: SECONDS, warmUp: 0, rate: RATE, window: 0 });
    const spent = platform.processorTime - before - idle * seconds;
    figure(`processor time at ${RATE} orders/s`, (spent / ordersOf(sent)) * 1_000, "us/order");
    printSummary("scale", subject, "decision", decided);
    figure("store lag at its end", await platform.storeLag(), "events");
    figure("store caught up behind it", (await platform.storeCaughtUp()) / 1_000, "s");
    for (const name of kills) figure(`${name} killed, all its shards served`, await served(platform, name), "s");
  } finally {
    await platform.stop();
  }
}

/** Kills a process; seconds until each of its shards is answered for by another. */
async function served({ cluster }: BenchCluster, name: string): Promise<number> {
  const clients = cluster.gateways.map((url) => atlasClient(url, cluster.key));
  const watch = new ServiceWatch(clients, cluster.processes, new Set());
  const one = cluster.processes.find((process) => process.name === name);
  if (one === undefined) throw new Error(`there is no process ${name}`);
  await one.process.kill();
  watch.lost(one);
  // Closed it waits no longer, whatever is not served by then.
  const limit = setTimeout(() => watch.close(), SERVED_WITHIN);
  await watch.end();
  clearTimeout(limit);
  watch.close();
  return Math.max(...watch.longest.values()) / 1_000;
}
