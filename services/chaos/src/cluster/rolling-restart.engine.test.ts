import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GapWatch } from "../faults/gap-watch.ts";
import { ClientBook } from "../load/client-book.ts";
import { pace } from "../load/pace.ts";
import { settle } from "../load/settle.ts";
import { startTraders } from "../load/start-traders.ts";
import type { Trader } from "../load/trader.ts";
import { compare } from "../verdict/compare.ts";
import type { AtlasProcess } from "./atlas-process.ts";
import { type Cluster, startCluster, USUAL_PROCESSES } from "./cluster.ts";

const RATE = 20;
/** Milliseconds of load before a restart. */
const BEFORE = 3_000;
/** Milliseconds that a shard may be away: who hands over in order is not waited for until its lease is over (S21). */
const MOST = 6_000;
const PATIENCE = 240_000;

const folder = mkdtempSync(join(tmpdir(), "atlas-rolling-"));
const book = new ClientBook();
let cluster: Cluster;
let traders: Trader[] = [];
let clients: AtlasClient[] = [];
let load: { stop(): void } | undefined;

beforeAll(async () => {
  const settings = { ATLAS_ARCHIVE_SECONDS: "5" };
  cluster = await startCluster({ folder, processes: USUAL_PROCESSES, keepsStore: false, settings });
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
  if (process.env.KEEP === undefined) rmSync(folder, { recursive: true, force: true });
  else console.log(folder);
});

const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;

test.each(Object.keys(USUAL_PROCESSES))(
  "S21 %s ends when it is asked to, and others serve what it owned before its lease would be over",
  async (name) => {
    await sleep(BEFORE);
    const one = cluster.processes.find((process) => process.name === name) as AtlasProcess;
    const [printed, repeated, began] = [readFileSync(one.log).length, book.repeated, performance.now()];
    const watch = new GapWatch(clients.filter(({ url }) => url !== one.url));
    await one.process.stop();
    const ended = performance.now() - began;
    const said = readFileSync(one.log).subarray(printed).toString();
    await one.process.start();
    await cluster.ready();
    const ready = performance.now() - began;
    const [longest, ...others] = await watch.end();
    console.log(
      `${name}: ended after ${seconds(ended)}, ready again after ${seconds(ready)}; ` +
        `no shard was away longer than ${seconds(longest?.milliseconds ?? 0)} (${longest?.shard}), ` +
        `${others
          .filter(({ milliseconds }) => milliseconds > 1000)
          .map((gap) => `${gap.shard} ${seconds(gap.milliseconds)}`)
          .join(", ")}; ` +
        `no account heard nothing for longer than ${seconds(book.longestSilence(began - 1_000).milliseconds)}; ` +
        `${book.repeated - repeated} sent again`,
    );
    expect(said.trimEnd().split("\n").at(-1)).toBe("stopped");
    expect(longest?.milliseconds).toBeLessThan(MOST);
  },
  PATIENCE,
);

test(
  "F23, I6, I7: nothing is lost by it, nothing doubled, and every error is cured by the same request again",
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
    expect([verdict.lost, verdict.doubled]).toEqual([0, 0]);
  },
  PATIENCE,
);
