import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WaitWatch } from "../faults/wait-watch.ts";
import { ClientBook } from "../load/client-book.ts";
import { pace } from "../load/pace.ts";
import { settle } from "../load/settle.ts";
import { startTraders } from "../load/start-traders.ts";
import type { Trader } from "../load/trader.ts";
import { compare } from "../verdict/compare.ts";
import { openEnginePorts } from "../verdict/engine-ports.ts";
import type { AtlasProcess } from "./atlas-process.ts";
import { type Cluster, startCluster, USUAL_PROCESSES } from "./cluster.ts";

const RATE = 20;
/** Milliseconds of load before a restart. */
const BEFORE = 3_000;
/** Milliseconds that a shard may be away: a machine with much other work on it is not held to the figure, which is printed. */
const MOST = 20_000;
/** Milliseconds after which a process that was asked to end is killed (EngineProcess): that is no end in order. */
const KILLED = 15_000;
const PATIENCE = 240_000;
/** Milliseconds to hold all that was asked for against log, store and archive. */
const COMPARING = 600_000;

const folder = mkdtempSync(join(tmpdir(), "atlas-rolling-"));
const book = new ClientBook();
let cluster: Cluster;
let traders: Trader[] = [];
let clients: AtlasClient[] = [];
let load: { stop(): void } | undefined;

beforeAll(async () => {
  const settings = { ATLAS_ARCHIVE_SECONDS: "5" };
  cluster = await startCluster({ folder, processes: USUAL_PROCESSES, settings });
  await cluster.ready();
  const { gateways, key } = cluster;
  traders = await startTraders({ gateways, key, seed: 11 }, book);
  clients = gateways.map((url) => atlasClient(url, key));
  load = pace(traders, RATE);
});
afterAll(async () => {
  load?.stop();
  for (const client of clients) client.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;

/** Who has a lease and is no process that lives: nobody takes what is its before its beat was missed for 4 s. */
async function gone(): Promise<string[]> {
  const engines = await openEnginePorts(cluster);
  const { leases, processes } = await new LeaseTable(engines.store).read().finally(() => engines.close());
  const living = processes.map(({ value }) => value.process);
  return leases.map(({ value }) => value.process).filter((name) => name !== "" && !living.includes(name));
}

test.each(Object.keys(USUAL_PROCESSES))(
  "S21 %s leaves no lease behind when it is asked to end, and the gateways know who serves what it had",
  async (name) => {
    await sleep(BEFORE);
    const one = cluster.processes.find((process) => process.name === name) as AtlasProcess;
    const [printed, repeated, began] = [readFileSync(one.log).length, book.repeated, performance.now()];
    const watch = new WaitWatch(clients.filter(({ url }) => url !== one.url));
    await one.process.stop();
    const ended = performance.now() - began;
    expect(ended).toBeLessThan(KILLED);
    expect(readFileSync(one.log).subarray(printed).toString().trimEnd().split("\n").at(-1)).toBe("stopped");
    expect(await gone()).toEqual([]);
    await one.process.start();
    expect(cluster.processes.filter(({ process }) => process.hasEnded).map((other) => other.log)).toEqual([]);
    await cluster.ready();
    const [longest] = await watch.end();
    const silence = book.longestSilence(began - 1_000);
    console.log(
      `${name}: ended after ${seconds(ended)}, all ready again after ${seconds(performance.now() - began)}; ` +
        `nobody waited for a shard longer than ${seconds(longest?.milliseconds ?? 0)} (${longest?.shard}), ` +
        `no account heard nothing for longer than ${seconds(silence.milliseconds)}; ` +
        `${book.repeated - repeated} requests were sent again`,
    );
    expect(longest?.milliseconds).toBeLessThan(MOST);
    expect(silence.milliseconds).toBeLessThan(MOST);
  },
  PATIENCE,
);

test(
  "I6, I7: nothing is lost by it, nothing doubled, and the same request again cures every error",
  async () => {
    load?.stop();
    const problems = await settle(cluster, traders);
    const accounts = traders.map(({ accountId }) => accountId);
    const verdict = await compare({ cluster, book, accounts, tell: () => undefined });
    console.log(
      `${book.asked.length} requests, ${book.repeated} sent again, answered at most after ${seconds(book.longestWait)}`,
    );
    expect(problems).toEqual([]);
    expect([book.broken, book.unanswered]).toEqual([[], 0]);
    expect(verdict.findings.filter(({ holds }) => !holds)).toEqual([]);
    expect([verdict.lost, verdict.doubled, verdict.brokenOff]).toEqual([0, 0, undefined]);
  },
  COMPARING,
);
