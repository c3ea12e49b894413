import type { ClusterTerms } from "@atlas/chaos/cluster/cluster";
import { printFigure } from "../figure.ts";
import { rounded } from "../platform/samples.ts";
import { usageOf } from "../platform/usage.ts";
import { BenchCluster, ordersOf } from "./bench-cluster.ts";

const PROCESSES = [1, 2, 4];
const PAIRS = [2, 8, 32];
/** Orders under way, over all sessions. */
const UNDER_WAY = 1_024;

/**
 * What an order costs with more processes, accounts and instruments: processor time of the platform's processes together. On a machine
 * of few processors more processes do not make it faster; the cost of an order says what more machines would bring.
 */
export async function run(): Promise<void> {
  for (const count of PROCESSES) await measure(`${count} of oms and venue each`, processesOf(count), 8);
  for (const pairs of PAIRS) await measure(`${2 * pairs} accounts, ${pairs} instruments`, processesOf(1), pairs);
}

function processesOf(count: number): ClusterTerms["processes"] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Object.fromEntries([
    ["gateway", ["gateway", "market"] as const],
    ...numbers.map((number) => [`oms-${number}`, ["oms", "control", "identity"] as const] as const),
    ...numbers.map((number) => [`venue-${number}`, ["venue"] as const] as const),
  ]);
}

async function measure(subject: string, processes: ClusterTerms["processes"], pairs: number): Promise<void> {
  const platform = await BenchCluster.start(processes, pairs);
  const window = UNDER_WAY / (2 * pairs);
  const figure = (metric: string, value: number, unit: string) =>
    printFigure({ bench: "scale", subject, metric, value: rounded(value), unit });
  const busy = () =>
    platform.cluster.processes.reduce((sum, { process }) => sum + usageOf(process.pid as number).cpu, 0);
  try {
    await platform.load({ seconds: 5, warmUp: 0, rate: 0, window });
    const before = busy();
    const { sent, seconds } = await platform.load({ seconds: 10, warmUp: 0, rate: 0, window });
    const orders = ordersOf(sent);
    figure("throughput", orders / seconds, "orders/s");
    figure("processor time", ((busy() - before) / orders) * 1_000, "us/order");
  } finally {
    await platform.stop();
  }
}
