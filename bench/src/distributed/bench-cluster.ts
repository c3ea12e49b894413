import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, type ClusterTerms, startCluster } from "@atlas/chaos/cluster/cluster";
import type { SessionLoadOptions, SessionLoadResult } from "../e2e/session-load.ts";
import type { Address } from "../platform/api.ts";
import { checkFloor, floorPairs, openFloor, type Pair } from "../platform/floor.ts";
import { startOtherProcess } from "../platform/other-process.ts";
import { note } from "../platform/samples.ts";
import { usageOf } from "../platform/usage.ts";
import { storeLag } from "./store-lag.ts";

/** Nothing that a client waits for waits for the store; elsewhere it has processors of its own. */
const STORE_NICENESS = 10;

/** A platform of many processes on real engines, with a floor of accounts and instruments that trade with each other. */
export class BenchCluster {
  readonly cluster: Cluster;
  readonly #address: Address;
  readonly #folder: string;
  readonly #pairs: readonly Pair[];
  readonly #filled: number[];
  #failed = false;

  private constructor(cluster: Cluster, address: Address, folder: string, pairs: readonly Pair[]) {
    this.cluster = cluster;
    this.#address = address;
    this.#folder = folder;
    this.#pairs = pairs;
    this.#filled = pairs.map(() => 0);
  }

  static async start(processes: ClusterTerms["processes"], pairs: number): Promise<BenchCluster> {
    const folder = mkdtempSync(join(tmpdir(), "atlas-bench-distributed-"));
    const cluster = await startCluster({ folder, processes, storeNiceness: STORE_NICENESS });
    await cluster.ready();
    const address = { url: cluster.gateways[0] ?? "", key: cluster.key };
    const floor = floorPairs("bench", pairs);
    await openFloor(address, floor);
    return new BenchCluster(cluster, address, folder, floor);
  }

  /** Sends orders on sessions, from a process of its own; rejects when one is refused, lost or doubled. */
  async load(options: Pick<SessionLoadOptions, "seconds" | "warmUp" | "rate" | "window">): Promise<SessionLoadResult> {
    const { result } = startOtherProcess<SessionLoadOptions, SessionLoadResult>(
      new URL("../e2e/session-load.ts", import.meta.url),
      { address: this.#address, pairs: this.#pairs, ...options },
    );
    const measured = await result;
    for (const [index, count] of measured.sent.entries()) this.#filled[index] = (this.#filled[index] ?? 0) + count;
    const { refused, firstRefusal, lost, doubled } = measured;
    if (refused + lost + doubled > 0) {
      this.#failed = true;
      throw new Error(`${refused} refused (${firstRefusal}), ${lost} lost, ${doubled} doubled`);
    }
    return measured;
  }

  /** Milliseconds of one core that the platform's processes have used. */
  get processorTime(): number {
    return this.cluster.processes.reduce((sum, { process }) => sum + usageOf(process.pid as number).cpu, 0);
  }

  storeLag(): Promise<number> {
    return storeLag(this.cluster.processes.map(({ url }) => url));
  }

  /** Resolves when the query store shows everything; milliseconds that it took. */
  async storeCaughtUp(): Promise<number> {
    const began = performance.now();
    while ((await this.storeLag()) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    return performance.now() - began;
  }

  /** Nothing lost, nothing doubled, by the balances; then everything ends. */
  async stop(): Promise<void> {
    try {
      // What went wrong has been said, and what was refused is missing in the balances.
      if (this.#failed) return;
      const wrong = await checkFloor(this.#address, this.#pairs, this.#filled);
      note(`${2 * this.#filled.reduce((sum, count) => sum + count, 0)} orders, none lost, none doubled`);
      if (wrong.length > 0) throw new Error(wrong.join("; "));
    } finally {
      await this.cluster.stop();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

/** Both sides of every pair. */
export function ordersOf(sent: readonly number[]): number {
  return 2 * sent.reduce((sum, count) => sum + count, 0);
}
