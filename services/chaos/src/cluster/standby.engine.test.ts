import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "@atlas/assembly/role";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ServiceWatch } from "../faults/service-watch.ts";
import { ClientBook } from "../load/client-book.ts";
import { pace } from "../load/pace.ts";
import { settle } from "../load/settle.ts";
import { startTraders } from "../load/start-traders.ts";
import type { Trader } from "../load/trader.ts";
import { compare } from "../verdict/compare.ts";
import type { AtlasProcess } from "./atlas-process.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { OWNED_AGAIN_HOT } from "./testing/service-bounds.ts";

/** Two that own, and stand by for each other. */
const PROCESSES: Readonly<Record<string, readonly Role[]>> = {
  "oms-1": ["oms", "identity", "control"],
  "oms-2": ["oms", "identity", "control"],
  "venue-1": ["venue"],
  "venue-2": ["venue"],
  "gateway-1": ["gateway", "market", "audit"],
};
const RATE = 20;
/** Milliseconds of load before a kill, so that what is to stand by does. */
const BEFORE = 8_000;
/** Milliseconds in which clients are answered again, at the latest. */
const ANSWERED = 20_000;
const PATIENCE = 240_000;

const folder = mkdtempSync(join(tmpdir(), "atlas-standby-"));
const book = new ClientBook();
let cluster: Cluster;
let traders: Trader[] = [];
let clients: AtlasClient[] = [];
let load: { stop(): void } | undefined;

beforeAll(async () => {
  const settings = { ATLAS_STANDBY: "26", ATLAS_ARCHIVE_SECONDS: "5" };
  cluster = await startCluster({ folder, processes: PROCESSES, settings });
  await cluster.ready();
  const { gateways, key } = cluster;
  traders = await startTraders({ gateways, key, seed: 5 }, book);
  clients = gateways.map((url) => atlasClient(url, key));
  load = pace(traders, RATE);
});
afterAll(async () => {
  load?.stop();
  for (const client of clients) client.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(["oms-1", "venue-1"])(
  "S21 what %s owns is served by its hot standby when it is killed hard under load",
  async (name) => {
    await sleep(BEFORE);
    const victim = cluster.processes.find((one) => one.name === name) as AtlasProcess;
    const watch = new ServiceWatch(clients, cluster.processes, new Set());
    const killed = performance.now();
    await victim.process.kill();
    watch.lost(victim);
    await watch.end();
    const answered = book.asked.length;
    await expect
      .poll(() => book.asked.slice(answered).some(({ answeredAt }) => answeredAt > 0), { timeout: ANSWERED })
      .toBe(true);
    const [time = Number.POSITIVE_INFINITY] = watch.undisturbed;
    const silence = book.longestSilence(killed - 1_000).milliseconds;
    console.log(
      `${name} killed: every shard of its roles answers after ${Math.round(time)} ms, ` +
        `and no account heard nothing for longer than ${Math.round(silence)} ms`,
    );
    await victim.process.start();
    await cluster.ready();
    expect(time).toBeLessThan(OWNED_AGAIN_HOT);
  },
  PATIENCE,
);

test(
  "nothing is lost by it, and nothing doubled",
  async () => {
    load?.stop();
    const problems = await settle(cluster, traders);
    const accounts = traders.map(({ accountId }) => accountId);
    const verdict = await compare({ cluster, book, accounts, tell: () => undefined });
    expect(problems).toEqual([]);
    expect(verdict.findings.filter(({ holds }) => !holds)).toEqual([]);
    expect([verdict.lost, verdict.doubled, verdict.brokenOff]).toEqual([0, 0, undefined]);
  },
  PATIENCE,
);
