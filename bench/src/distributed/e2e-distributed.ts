import { setTimeout as sleep } from "node:timers/promises";
import { ROLES } from "@atlas/assembly/role";
import type { ClusterTerms } from "@atlas/chaos/cluster/cluster";
import { printFigure } from "../figure.ts";
import { printSummary, rounded } from "../platform/samples.ts";
import { BenchCluster, ordersOf } from "./bench-cluster.ts";

const PAIRS = 4;
/** Orders that a session has on their way when there is no rate. */
const WINDOW = 128;
/** Until the engines have compiled what they run, at a rate that leaves no lag. */
const WARM_UP = 30;
const WARM_UP_RATE = 2_000;
const RATES = [500, 1_000, 2_000, 3_000];
/** What a platform must take for as long as it likes. */
const ASKED = 2_000;
const RATE_SECONDS = 15;
/** A rate above this share of what full windows reach shows only how a queue grows. */
const WITHIN_REACH = 0.9;
const SUSTAINED_SECONDS = 75;
/** The part of them over which the store's lag must not grow. */
const LAST = 60;

/** How the roles are dealt out. */
const PLATFORMS: Readonly<Record<string, ClusterTerms["processes"]>> = {
  "one process": { all: ROLES },
  "four processes": {
    gateway: ["gateway"],
    oms: ["oms", "control", "identity"],
    venue: ["venue"],
    audit: ["market", "audit"],
  },
};

/** Submit to decision and to fill seen on real Kafka, DynamoDB Local and S3, all on this machine, load generator included. */
export async function run(): Promise<void> {
  for (const [subject, processes] of Object.entries(PLATFORMS)) await measure(subject, processes);
}

async function measure(subject: string, processes: ClusterTerms["processes"]): Promise<void> {
  const figure = (metric: string, value: number, unit: string) =>
    printFigure({ bench: "e2e-distributed", subject, metric, value: rounded(value), unit });
  const platform = await BenchCluster.start(processes, PAIRS);
  try {
    await platform.load({ seconds: WARM_UP, warmUp: 0, rate: WARM_UP_RATE, window: 0 });
    await platform.storeCaughtUp();
    const full = await platform.load({ seconds: 10, warmUp: 0, rate: 0, window: WINDOW });
    const reached = ordersOf(full.sent) / full.seconds;
    figure("throughput, windows full", reached, "orders/s");
    figure("store caught up behind it", (await platform.storeCaughtUp()) / 1_000, "s");
    for (const rate of RATES.filter((one) => one <= reached * WITHIN_REACH)) {
      const { decided, filled } = await platform.load({ seconds: RATE_SECONDS, warmUp: 3, rate, window: 0 });
      printSummary("e2e-distributed", `${subject}, ${rate} orders/s`, "decision", decided);
      printSummary("e2e-distributed", `${subject}, ${rate} orders/s`, "fill", filled);
      figure(`store lag at the end of ${rate} orders/s`, await platform.storeLag(), "events");
      await platform.storeCaughtUp();
    }
    const highest = RATES.findLast((one) => one <= reached * WITHIN_REACH) ?? ASKED;
    for (const rate of new Set([ASKED, highest])) {
      await sustain(platform, rate, figure);
      await platform.storeCaughtUp();
    }
  } finally {
    await platform.stop();
  }
}

/** Whether the store keeps up with a rate for longer: its lag a minute before the end, and at it. What an order costs meanwhile. */
async function sustain(
  platform: BenchCluster,
  rate: number,
  figure: (metric: string, value: number, unit: string) => void,
): Promise<void> {
  const loading = platform.load({ seconds: SUSTAINED_SECONDS, warmUp: 0, rate, window: 0 });
  await sleep(1_000 * (SUSTAINED_SECONDS - LAST));
  figure(`store lag a minute before the end of ${rate} orders/s`, await platform.storeLag(), "events");
  const before = platform.processorTime;
  await sleep(1_000 * (LAST - 1));
  const spent = platform.processorTime - before;
  figure(`store lag at the end of ${rate} orders/s sustained`, await platform.storeLag(), "events");
  figure(`processor time at ${rate} orders/s`, (1_000 * spent) / (rate * (LAST - 1)), "us/order");
  const { decided } = await loading;
  printSummary("e2e-distributed", `${rate} orders/s for ${SUSTAINED_SECONDS} s`, "decision", decided);
}
