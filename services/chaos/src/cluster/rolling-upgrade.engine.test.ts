import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { requestId as newRequestId } from "@atlas/cli/client/request-id";
import { OLD_BUILD, type PlatformProcess, spawnAtlas, startPlatformProcess } from "@atlas/cli/testing/platform-process";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "atlas-upgrade-"));
const keys = join(folder, "keys");
const DEMO = { accountId: "demo" };
const ROLES = "gateway,oms,venue,control,identity,market";
/** On a machine that may be busy. */
const READY_WITHIN = 180_000;
const WAITS = { timeout: 90_000, interval: 200 };
let kafka: Kafka;
let dynamodb: Dynamodb;
const running: PlatformProcess[] = [];

beforeAll(async () => {
  [kafka, dynamodb] = await Promise.all([
    startKafka({ folder: join(folder, "kafka") }),
    startDynamodb({ folder: join(folder, "dynamodb"), keeps: false }),
  ]);
});
afterAll(async () => {
  await Promise.all(running.map((platform) => platform.kill()));
  await Promise.all([...(kafka?.brokers.map((broker) => broker.kill()) ?? []), dynamodb?.process.kill()]);
  rmSync(folder, { recursive: true, force: true });
});

async function start(main?: string): Promise<PlatformProcess> {
  const environment = {
    ATLAS_KAFKA_BROKERS: kafka.addresses.join(","),
    ATLAS_DYNAMODB_ENDPOINT: dynamodb.endpoint,
    // Nobody has the role that archives.
    ATLAS_S3_BUCKET: "unused",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
  };
  const args = ["--engines", "distributed", "--role", ROLES];
  const build = main === undefined ? {} : { main };
  const started = await startPlatformProcess({ folder: keys, environment, args, ...build, readyWithin: READY_WITHIN });
  running.push(started);
  return started;
}

const clientOf = ({ url, key }: PlatformProcess): AtlasClient => atlasClient(url, key);

/** As a client that means it: the same request until it is decided; what it was refused for, or `undefined`. */
async function submit(atlas: AtlasClient, timeInForce: TimeInForce): Promise<Reason | undefined> {
  const terms = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "0.01" };
  const request = { requestId: newRequestId(), ...DEMO, order: { ...terms, limitPrice: "40000", timeInForce } };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await atlas.orders.submitOrder(request, { timeoutMs: 10_000 });
      return undefined;
    } catch (error) {
      const reason = refusalOf(error)?.reason;
      if (reason === Reason.OPEN_ORDERS_LIMIT || attempt >= 90) return reason;
      await sleep(1_000);
    }
  }
}

/** What becomes of an order that never rests, of an account that has as many open as it may. */
const passing = (atlas: AtlasClient) => submit(atlas, TimeInForce.IOC);

async function cli(at: PlatformProcess, ...args: string[]) {
  const { code, stdout, stderr } = await spawnAtlas(args, { ATLAS_URL: at.url, ATLAS_DATA: keys }).ended;
  return { code, text: `${stdout}${stderr}` };
}

/** How many shards decide by which version. */
async function versions(atlas: AtlasClient): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  const { shards } = await atlas.operations.getSystemState({});
  for (const { engineVersion } of shards) counts[engineVersion] = (counts[engineVersion] ?? 0) + 1;
  return counts;
}

test("S26, F23: processes of the old build give way to the new one, and the rule changes when it is activated", {
  timeout: 900_000,
}, async () => {
  const old = await start(OLD_BUILD);
  const before = clientOf(old);
  const limits = { maximumNotional: "1000000", maximumOpenOrders: 1, ordersPerSecond: 100, orderBurst: 100 };
  await before.accounts.setLimits({ requestId: newRequestId(), ...DEMO, limits });
  expect(await submit(before, TimeInForce.GTC)).toBeUndefined();
  expect(await passing(before)).toBe(Reason.OPEN_ORDERS_LIMIT);

  const next = await start();
  const client = clientOf(next);
  const carried = async () => (await client.operations.getSystemState({})).processes.map((one) => one.engineVersions);
  await expect.poll(async () => (await carried()).map(String).sort(), WAITS).toEqual(["1", "1,2"]);
  expect(await cli(next, "engine", "activate", "2")).toMatchObject({
    code: 1,
    text: expect.stringContaining("engine version 2 cannot be activated: not carried by "),
  });
  expect([await passing(before), await passing(client)]).toEqual([Reason.OPEN_ORDERS_LIMIT, Reason.OPEN_ORDERS_LIMIT]);

  before.close();
  await old.stop();
  await expect.poll(() => versions(client), WAITS).toEqual({ 1: 26 });
  expect(await passing(client)).toBe(Reason.OPEN_ORDERS_LIMIT);
  expect(await cli(next, "engine", "activate", "2")).toMatchObject({ code: 0 });
  expect(await passing(client)).toBeUndefined();
  expect(await versions(client)).toEqual({ 2: 26 });

  await expect(start(OLD_BUILD)).rejects.toThrow("engine version 2 is active, and this build carries 1 only");
  client.close();
  const successor = await start();
  await next.kill();
  const after = clientOf(successor);
  await expect.poll(() => versions(after), WAITS).toEqual({ 2: 26 });
  expect(await passing(after)).toBeUndefined();
  expect(await submit(after, TimeInForce.GTC)).toBe(Reason.OPEN_ORDERS_LIMIT);
  expect((await cli(successor, "doctor")).code).toBe(0);
  after.close();
});
