import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordHeaders } from "@atlas/adapters/kafka/testing/record-headers";
import { systemChance } from "@atlas/adapters/system/system-chance";
import { asyncTraces } from "@atlas/adapters/telemetry/async-traces";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { type S3, startS3 } from "@atlas/engines/s3";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { partitionsOf, topics } from "@atlas/platform/topic/topics";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { PARTITIONS } from "./platform-terms.ts";
import { ROLES } from "./role.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-engines-platform-"));
let kafka: Kafka;
let dynamodb: Dynamodb;
let s3: S3;
let platform: RunningPlatform;

beforeAll(async () => {
  [kafka, dynamodb, s3] = await Promise.all([
    startKafka({ folder: join(folder, "kafka") }),
    startDynamodb({ folder: join(folder, "dynamodb"), keeps: false }),
    startS3({ folder: join(folder, "s3") }),
  ]);
});
afterAll(async () => {
  await kafka?.brokers[0]?.kill();
  await dynamodb?.process.kill();
  await s3?.process.kill();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  platform = await start();
});
afterEach(() => platform.stop());

async function start(): Promise<RunningPlatform> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const running = await startPlatform({
    host: "127.0.0.1",
    port: 0,
    dataFolder: join(folder, "data"),
    distributed: {
      engines: {
        kafka: { brokers: kafka.addresses, appendTimeout: 3_000 },
        dynamodb: { endpoint: dynamodb.endpoint, region: "us-east-1", credentials },
        archive: {
          ...{ bucket: "atlas-archive", retentionDays: 1, endpoint: s3.endpoint, region: s3.region },
          credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
        },
      },
      cluster: { roles: ROLES, host: "127.0.0.1", port: 0, standby: 0 },
    },
    archivePace: { bytes: 4_194_304, milliseconds: 60_000 },
    journal: silentJournal,
    traces: asyncTraces(systemChance()),
    progress: () => {},
  });
  await running.started;
  return running;
}

interface Answer {
  readonly code?: string;
  readonly order?: Order;
  readonly orders?: readonly Order[];
  readonly balances?: readonly object[];
}

interface Order {
  readonly orderId: string;
  readonly status: string;
}

async function call(method: string, body: object, header: Record<string, string> = {}): Promise<Answer> {
  const key = readFileSync(join(folder, "data", "cli.key"), "utf8").trim();
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", ...header };
  const answer = await fetch(`${platform.url}/atlas.${method}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Answer;
}

/** A UUID v7: new by itself, so that nothing has to be looked up to know that it was never used (S18). */
function newRequestId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** As a client that means it: the same request until it is answered. */
async function submit(header?: Record<string, string>): Promise<string> {
  const request = {
    requestId: newRequestId(),
    accountId: "demo",
    order: { instrumentId: "BTC-USD", side: "SIDE_BUY", type: "ORDER_TYPE_MARKET", quantity: "0.01" },
  };
  for (;;) {
    const { order } = await call("order.v1.OrderService/SubmitOrder", request, header);
    if (order !== undefined) return order.orderId;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function expectFilled(orderId: string): Promise<void> {
  const read = () => call("order.v1.OrderService/GetOrder", { accountId: "demo", orderId });
  await expect.poll(async () => (await read()).order?.status, { timeout: 30_000 }).toBe("ORDER_STATUS_FILLED");
}

/** Events that the query store lacks, over all shards. */
async function storeLag(): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text();
  const lags = [...text.matchAll(/^atlas_store_lag_events\{.*\} (\d+)$/gm)].map(([, lag]) => Number(lag));
  expect(lags).toHaveLength(16);
  return lags.reduce((sum, lag) => sum + lag, 0);
}

const orders = async () => (await call("order.v1.OrderService/ListOrders", { accountId: "demo" })).orders;
const balances = async () => (await call("account.v1.AccountService/ListBalances", { accountId: "demo" })).balances;

test("the same services on Kafka and DynamoDB fill orders, and a next start finds all of them", async () => {
  const filled: string[] = [];
  for (let count = 0; count < 5; count += 1) filled.push(await submit());
  for (const orderId of filled) await expectFilled(orderId);
  const before = [await orders(), await balances()];
  expect(before[0]).toHaveLength(5);
  await platform.stop();
  platform = await start();
  expect([await orders(), await balances()]).toEqual(before);
  await expectFilled(await submit());
});

test("F12 with the broker killed for seconds clients see a delay, and no order is lost or made twice", async () => {
  const standing = (await orders())?.length ?? 0;
  await expectFilled(await submit());
  await kafka.brokers[0]?.kill();
  const during = [submit(), submit(), submit()];
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await kafka.brokers[0]?.start();
  for (const orderId of await Promise.all(during)) await expectFilled(orderId);
  expect(await orders()).toHaveLength(standing + 4);
});

test("F6 while DynamoDB is away orders are decided and filled, and the store catches up", async () => {
  const standing = (await orders())?.length ?? 0;
  await dynamodb.process.pause();
  const filled = [await submit(), await submit()];
  expect(await storeLag()).toBeGreaterThan(0);
  await dynamodb.process.resume();
  for (const orderId of filled) await expectFilled(orderId);
  await expect.poll(async () => (await orders())?.length, { timeout: 30_000 }).toBe(standing + 2);
  await expect.poll(storeLag, { timeout: 30_000 }).toBe(0);
});

test("an order's command names the client's trace on Kafka; what shards and clocks go on to say of it names none", async () => {
  const traceId = randomUUID().replaceAll("-", "");
  await expectFilled(await submit({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` }));
  const namedIn = async ({ name }: { readonly name: string }) => {
    const all = Array.from({ length: partitionsOf(name, PARTITIONS) }, (_, partition) =>
      recordHeaders({ brokers: kafka.addresses }, name, partition),
    );
    return (await Promise.all(all)).flat().flatMap(({ traceparent = [] }) => traceparent);
  };
  const { orderCommands, orderEvents, executionReports, venueOrders, marketData } = topics;
  const ours = (await namedIn(orderCommands)).filter((one) => one.includes(traceId));
  expect(ours).toEqual([expect.stringMatching(`^00-${traceId}-[0-9a-f]{16}-01$`)]);
  const caused = await Promise.all([orderEvents, executionReports, venueOrders, marketData].map(namedIn));
  expect(caused).toEqual([[], [], [], []]);
});
