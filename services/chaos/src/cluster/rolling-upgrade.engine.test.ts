import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { repeat } from "@atlas/cli/client/repeat";
import { requestId as newRequestId } from "@atlas/cli/client/request-id";
import { OLD_BUILD, spawnAtlas } from "@atlas/cli/testing/platform-process";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ClientBook } from "../load/client-book.ts";
import { pace } from "../load/pace.ts";
import { settle } from "../load/settle.ts";
import { startTraders } from "../load/start-traders.ts";
import type { Trader } from "../load/trader.ts";
import { compare } from "../verdict/compare.ts";
import { type AtlasProcess, THIS_BUILD } from "./atlas-process.ts";
import { type Cluster, startCluster, USUAL_PROCESSES } from "./cluster.ts";

const NAMES = Object.keys(USUAL_PROCESSES);
const SHARDS = 26;
const DEMO = { accountId: "demo" };
const RATE = 20;
/** Milliseconds of load before each step. */
const BEFORE = 3_000;
/** On a machine that may be busy. */
const WAITS = { timeout: 90_000, interval: 200 };
const ANSWERED = 60_000;
const PATIENCE = 240_000;
/** Milliseconds to hold all that was asked for against log, store and archive. */
const COMPARING = 600_000;

const folder = mkdtempSync(join(tmpdir(), "atlas-upgrade-"));
const book = new ClientBook();
let cluster: Cluster;
let traders: Trader[] = [];
let clients: AtlasClient[] = [];
let load: { stop(): void } | undefined;

beforeAll(async () => {
  const settings = { ATLAS_ARCHIVE_SECONDS: "5" };
  cluster = await startCluster({ folder, processes: USUAL_PROCESSES, settings, build: OLD_BUILD });
  await cluster.ready();
  const { gateways, key } = cluster;
  traders = await startTraders({ gateways, key, seed: 26 }, book);
  clients = gateways.map((url) => atlasClient(url, key));
  await fillOpenOrders();
  load = pace(traders, RATE);
});
afterAll(async () => {
  load?.stop();
  for (const client of clients) client.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function processOf(name: string): AtlasProcess {
  return cluster.processes.find((one) => one.name === name) as AtlasProcess;
}

/** In order, to start on another build at the same address. */
async function replace(name: string, build: string): Promise<void> {
  const one = processOf(name);
  one.build = build;
  await one.process.stop();
  await one.process.start();
}

/** The same request to one gateway after the other until it is decided; what it was refused for, or `undefined`. */
async function submit(timeInForce: TimeInForce): Promise<Reason | undefined> {
  const terms = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "0.01" };
  const request = { requestId: newRequestId(), ...DEMO, order: { ...terms, limitPrice: "40000", timeInForce } };
  let attempts = 0;
  const attempt = () => {
    const { orders } = clients[attempts++ % clients.length] as AtlasClient;
    return orders.submitOrder(request, { timeoutMs: 5_000 });
  };
  return repeat(ANSWERED, attempt, false).then(
    () => undefined,
    (error: unknown) => refusalOf(error)?.reason ?? Promise.reject(error),
  );
}

/** What becomes of an order that never rests, of an account that has as many open as it may: what version 2 changes. */
const passing = () => submit(TimeInForce.IOC);

/** One order rests, and no other may. */
async function fillOpenOrders(): Promise<void> {
  const limits = { maximumNotional: "1000000", maximumOpenOrders: 1, ordersPerSecond: 100, orderBurst: 100 };
  await (clients[0] as AtlasClient).accounts.setLimits({ requestId: newRequestId(), ...DEMO, limits });
  expect(await submit(TimeInForce.GTC)).toBeUndefined();
  expect(await passing()).toBe(Reason.OPEN_ORDERS_LIMIT);
}

/** As an operator. */
async function activate(): Promise<{ code: number | null; text: string }> {
  const settings = { ATLAS_URL: cluster.gateways[0] as string, ATLAS_KEY: cluster.key };
  const { code, stdout, stderr } = await spawnAtlas(["engine", "activate", "2"], settings).ended;
  return { code, text: `${stdout}${stderr}` };
}

/** What each process that lives carries, the least first. */
async function carried(): Promise<string[]> {
  const { processes } = await (clients[0] as AtlasClient).operations.getSystemState({});
  return processes.map(({ engineVersions }) => engineVersions.join(" ")).sort();
}

/** How many shards decide by which version, as each gateway tells it. */
async function versions(): Promise<Record<number, number>[]> {
  const states = await Promise.all(clients.map(({ operations }) => operations.getSystemState({})));
  return states.map(({ shards }) => {
    const counts: Record<number, number> = {};
    for (const { engineVersion } of shards) counts[engineVersion] = (counts[engineVersion] ?? 0) + 1;
    return counts;
  });
}

const everywhere = (version: number) => clients.map(() => ({ [version]: SHARDS }));

test.each(NAMES)(
  "S26, F23: %s of the old build gives way to one of the new under load, and both decide by the old rules",
  async (name) => {
    await sleep(BEFORE);
    expect(await activate()).toMatchObject({
      code: 1,
      text: expect.stringContaining("engine version 2 cannot be activated: not carried by "),
    });
    const [asked, repeated] = [book.asked.length, book.repeated];
    await replace(name, THIS_BUILD);
    await cluster.ready();
    console.log(`${name}: ${book.asked.length - asked} requests, ${book.repeated - repeated} sent again`);
    const place = NAMES.indexOf(name);
    const wanted = NAMES.map((_, index) => (index <= place ? "1 2" : "1")).sort();
    await expect.poll(carried, WAITS).toEqual(wanted);
    await expect.poll(versions, WAITS).toEqual(everywhere(1));
    expect(await passing()).toBe(Reason.OPEN_ORDERS_LIMIT);
  },
  PATIENCE,
);

test(
  "S26: version 2 is activated under load, and its rule holds at every shard",
  async () => {
    await sleep(BEFORE);
    const asked = book.asked.length;
    expect(await activate()).toMatchObject({ code: 0 });
    expect(await versions()).toEqual(everywhere(2));
    expect(await passing()).toBeUndefined();
    expect(await submit(TimeInForce.GTC)).toBe(Reason.OPEN_ORDERS_LIMIT);
    await sleep(BEFORE);
    expect(book.asked.slice(asked).filter(({ answeredAt }) => answeredAt > 0).length).toBeGreaterThan(RATE);
  },
  PATIENCE,
);

test(
  "S26, F23: the old build cannot come back, and who recovers a shard goes on by the new rules",
  async () => {
    const refusal = "engine version 2 is active, and this build carries 1 only";
    await expect(replace("venue-1", OLD_BUILD)).rejects.toThrow(refusal);
    await processOf("oms-1").process.kill();
    for (const name of ["oms-1", "venue-1"]) await replace(name, THIS_BUILD);
    await cluster.ready();
    await expect.poll(versions, WAITS).toEqual(everywhere(2));
    expect(await passing()).toBeUndefined();
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
    const longest = (book.longestWait / 1_000).toFixed(1);
    console.log(`${book.asked.length} requests, ${book.repeated} sent again, answered at most after ${longest} s`);
    expect(problems).toEqual([]);
    expect([book.broken, book.unanswered]).toEqual([[], 0]);
    expect(verdict.findings.filter(({ holds }) => !holds)).toEqual([]);
    expect([verdict.lost, verdict.doubled, verdict.brokenOff]).toEqual([0, 0, undefined]);
  },
  COMPARING,
);
