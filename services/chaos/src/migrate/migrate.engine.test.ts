import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openDynamodbStore } from "@atlas/adapters/dynamodb/dynamodb-store";
import { refuseUnfinishedMove } from "@atlas/assembly/migrate/unfinished-move";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { requestId as newRequestId } from "@atlas/cli/client/request-id";
import { type PlatformProcess, spawnAtlas, startPlatformProcess } from "@atlas/cli/testing/platform-process";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { OrderStatus, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "atlas-migrate-"));
const source = join(folder, "embedded");
/** Only keys: what the processes of the other platform need of the first one. */
const keys = join(folder, "keys");
const DEMO = { accountId: "demo" };
const SHARDS = 26;
const PAUSE = 1_000;
/** Several processes start at once, on a machine that may be busy. */
const READY_WITHIN = 180_000;
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

function environment(): Record<string, string> {
  return {
    ATLAS_KAFKA_BROKERS: kafka.addresses.join(","),
    ATLAS_DYNAMODB_ENDPOINT: dynamodb.endpoint,
    // Nobody has the role that archives.
    ATLAS_S3_BUCKET: "unused",
    ATLAS_S3_ENDPOINT: "http://127.0.0.1:9",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
  };
}

const migrate = () => spawnAtlas(["migrate", "--to", "distributed", "--data", source], environment());

function startProcess(roles: string): Promise<PlatformProcess> {
  const args = ["--engines", "distributed", "--role", roles];
  return startPlatformProcess({ folder: keys, environment: environment(), args, readyWithin: READY_WITHIN });
}

async function startProcesses(): Promise<void> {
  const roles = ["oms,identity,control", "oms,venue,market,gateway", "gateway"];
  const starts = await Promise.allSettled(roles.map(startProcess));
  running.push(...starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : [])));
  for (const start of starts) if (start.status === "rejected") throw start.reason;
}

/** As a client that means it: the same request until it is answered. */
async function submit(atlas: AtlasClient, order: object, requestId = newRequestId()): Promise<string> {
  const terms = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.MARKET, quantity: "0.01", ...order };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await atlas.orders.submitOrder({ requestId, ...DEMO, order: terms }, { timeoutMs: 10_000 });
      return answer.order?.orderId ?? "";
    } catch (error) {
      if (attempt >= 60) throw error;
      await sleep(PAUSE);
    }
  }
}

async function expectFilled(atlas: AtlasClient, orderId: string): Promise<void> {
  const status = async () => (await atlas.orders.getOrder({ ...DEMO, orderId })).order?.status;
  await expect.poll(status, { timeout: 60_000 }).toBe(OrderStatus.FILLED);
}

/** Everything that a client may see of the account. */
async function seen(atlas: AtlasClient) {
  const [{ balances }, { orders }, open, { fills }, { postings }] = await Promise.all([
    atlas.accounts.listBalances(DEMO),
    atlas.orders.listOrders({ ...DEMO, pageSize: 1_000 }),
    atlas.orders.listOrders({ ...DEMO, openOnly: true }),
    atlas.orders.listFills({ ...DEMO, pageSize: 1_000 }),
    atlas.accounts.listPostings({ ...DEMO, pageSize: 1_000 }),
  ]);
  return { balances, orders, open: open.orders, fills, postings };
}

/** What the platform's files hold. */
function digestOf(path: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(path, { recursive: true, encoding: "utf8" }).sort()) {
    if (/\.(sqlite|key|json)$/.test(name) && name !== "lock.sqlite")
      hash.update(name).update(readFileSync(join(path, name)));
  }
  return hash.digest("hex");
}

/** Kills a move when it has begun to write. */
async function breakOff(): Promise<void> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const store = openDynamodbStore({ endpoint: dynamodb.endpoint, region: "us-east-1", credentials, patience: 500 });
  const move = migrate();
  const hasBegun = () =>
    refuseUnfinishedMove(store).then(
      () => "not yet",
      (error: Error) => error.message,
    );
  await expect.poll(hasBegun, { timeout: 60_000, interval: 20 }).toContain("is not whole yet");
  move.process.kill("SIGKILL");
  expect((await move.ended).code).toBeNull();
  await store.close();
}

test("I6, I10, S1, S20: a platform moves to engines of many processes with everything that it knows", {
  timeout: 900_000,
}, async () => {
  const embedded = await startPlatformProcess({ folder: source });
  running.push(embedded);
  const before = atlasClient(embedded.url, embedded.key);
  const requestId = newRequestId();
  const first = await submit(before, {}, requestId);
  await expectFilled(before, first);
  const resting = { type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, limitPrice: "45000" };
  const open = await submit(before, resting);
  const canceled = await submit(before, resting);
  await before.orders.cancelOrder({ requestId: newRequestId(), ...DEMO, orderId: canceled });
  const inUse = await migrate().ended;
  expect([inUse.code, inUse.stderr]).toEqual([1, expect.stringContaining("is in use by another Atlas")]);
  const isCanceled = async () => (await before.orders.getOrder({ ...DEMO, orderId: canceled })).order?.status;
  await expect.poll(isCanceled, { timeout: 30_000 }).toBe(OrderStatus.CANCELED);
  const was = await seen(before);
  expect([was.orders.length, was.open.map(({ orderId }) => orderId), was.fills.length > 0]).toEqual([3, [open], true]);
  before.close();
  await embedded.stop();
  const files = digestOf(source);

  await breakOff();
  mkdirSync(keys);
  for (const name of ["cli.key", "token.key"]) copyFileSync(join(source, name), join(keys, name));
  await expect(startProcess("oms")).rejects.toThrow("is not whole yet");
  const moved = await migrate().ended;
  const isAway = /^atlas: whether the archive there is empty could not be asked: [^\n]*\n?$/;
  expect([moved.code, moved.stderr]).toEqual([0, expect.stringMatching(isAway)]);
  expect(moved.stdout.match(/ events, the same$/gm)).toHaveLength(SHARDS);
  expect(digestOf(source)).toBe(files);

  await startProcesses();
  const [one, other] = running.slice(-2).map(({ url }) => atlasClient(url, embedded.key)) as [AtlasClient, AtlasClient];
  expect(await seen(one)).toEqual(was);
  expect(await seen(other)).toEqual(was);
  expect(await submit(one, {}, requestId)).toBe(first);
  const next = await submit(other, {});
  await expectFilled(one, next);
  await one.orders.cancelOrder({ requestId: newRequestId(), ...DEMO, orderId: open });
  expect((await seen(other)).orders).toHaveLength(4);
  const doctor = await spawnAtlas(["doctor"], { ATLAS_URL: running.at(-1)?.url, ATLAS_DATA: keys }).ended;
  expect([doctor.code, doctor.stdout, doctor.stderr]).toEqual([0, expect.stringMatching(/^I10 +holds/m), ""]);
  one.close();
  other.close();
  const again = await migrate().ended;
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("a platform has run on these engines")]);
});

test("S20, I21: a store that is lost is made again from the log", { timeout: 900_000 }, async () => {
  const key = readFileSync(join(keys, "cli.key"), "utf8").trim();
  const before = atlasClient(running.at(-1)?.url ?? "", key);
  const was = await seen(before);
  expect(was.orders).toHaveLength(4);
  before.close();
  for (const platform of running.splice(0)) await platform.stop();
  // In memory: nothing of it is left.
  await dynamodb.process.kill();
  await dynamodb.process.start();
  await startProcesses();
  const after = atlasClient(running.at(-1)?.url ?? "", key);
  const orders = async () => (await seen(after)).orders.length;
  await expect.poll(orders, { timeout: 60_000 }).toBe(4);
  expect(await seen(after)).toEqual(was);
  await expectFilled(after, await submit(after, {}));
  after.close();
});
