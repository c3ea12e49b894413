import { cpSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { OrderStatus, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AtlasClient, atlasClient } from "../client/atlas-client.ts";
import { requestId as newRequestId } from "../client/request-id.ts";
import {
  newFolder,
  type PlatformProcess,
  removeFolder,
  spawnAtlas,
  startPlatformProcess,
} from "../testing/platform-process.ts";

const folder = newFolder("backup");
const source = join(folder, "source");
const DEMO = { accountId: "demo" };
const running: PlatformProcess[] = [];
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await start(source);
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.kill()));
  removeFolder(folder);
});

async function start(at: string): Promise<PlatformProcess> {
  const started = await startPlatformProcess({ folder: at });
  running.push(started);
  return started;
}

async function submit(atlas: AtlasClient, requestId: string, limitPrice = ""): Promise<string> {
  const type = limitPrice === "" ? OrderType.MARKET : OrderType.LIMIT;
  const order = { instrumentId: "BTC-USD", side: Side.BUY, type, quantity: "0.01", limitPrice };
  const timeInForce = limitPrice === "" ? TimeInForce.UNSPECIFIED : TimeInForce.GTC;
  const answer = await atlas.orders.submitOrder({ requestId, ...DEMO, order: { ...order, timeInForce } });
  return answer.order?.orderId ?? "";
}

async function filled(atlas: AtlasClient): Promise<{ requestId: string; orderId: string }> {
  const requestId = newRequestId();
  const orderId = await submit(atlas, requestId);
  const status = async () => (await atlas.orders.getOrder({ ...DEMO, orderId })).order?.status;
  await expect.poll(status, { timeout: 30_000 }).toBe(OrderStatus.FILLED);
  return { requestId, orderId };
}

async function seen(atlas: AtlasClient) {
  const [{ balances }, { orders }, { fills }] = await Promise.all([
    atlas.accounts.listBalances(DEMO),
    atlas.orders.listOrders({ ...DEMO, pageSize: 1_000 }),
    atlas.orders.listFills({ ...DEMO, pageSize: 1_000 }),
  ]);
  return { balances, orders, fills };
}

async function expectHealthy(copy: string): Promise<void> {
  const doctor = await spawnAtlas(["doctor", "--data", copy]).ended;
  expect([doctor.code, doctor.stderr]).toEqual([0, ""]);
}

test("I6, I21: the backup of a platform that trades is one, and goes on from a moment of it", async () => {
  const atlas = atlasClient(platform.url, platform.key);
  const first = await filled(atlas);
  await submit(atlas, newRequestId(), "45000");
  const before = (await seen(atlas)).orders.length;
  const copy = join(folder, "online");
  let isOver = false;
  const backup = spawnAtlas(["backup", "--data", source, "--to", copy]);
  const told = backup.ended.then((ended) => {
    isOver = true;
    return ended;
  });
  while (!isOver) await filled(atlas);
  const { code, stderr } = await told;
  expect([code, stderr]).toEqual([0, ""]);
  expect(statSync(join(copy, "cli.key")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["online", "source"]);
  await expectHealthy(copy);

  const after = (await seen(atlas)).orders;
  atlas.close();
  const restored = await start(copy);
  const other = atlasClient(restored.url, restored.key);
  const { orders } = await seen(other);
  expect(orders.length).toBeGreaterThanOrEqual(before);
  const known = new Map(after.map((order) => [order.orderId, order]));
  expect(orders.filter(({ orderId }) => !known.has(orderId))).toEqual([]);
  expect(await submit(other, first.requestId)).toBe(first.orderId);
  await filled(other);
  other.close();
  await restored.stop();
  await expectHealthy(copy);
});

test("I6, I21: a copy or a backup of the folder at rest is the platform: what it showed, and the same order for the same request", async () => {
  const atlas = atlasClient(platform.url, platform.key);
  const first = await filled(atlas);
  const was = await seen(atlas);
  atlas.close();
  await platform.stop();
  const copied = join(folder, "copied");
  cpSync(source, copied, { recursive: true });
  const saved = join(folder, "saved");
  const backup = await spawnAtlas(["backup", "--data", source, "--to", saved]).ended;
  expect([backup.code, backup.stderr]).toEqual([0, ""]);
  for (const copy of [copied, saved]) {
    await expectHealthy(copy);
    const restored = await start(copy);
    const other = atlasClient(restored.url, restored.key);
    expect(await seen(other)).toEqual(was);
    expect(await submit(other, first.requestId)).toBe(first.orderId);
    other.close();
    await restored.stop();
  }
});

test("nothing is written over, and what is no platform is not backed up", async () => {
  const there = await spawnAtlas(["backup", "--data", source, "--to", folder]).ended;
  expect([there.code, there.stderr]).toEqual([1, expect.stringContaining("is there already")]);
  const none = await spawnAtlas(["backup", "--data", join(folder, "none"), "--to", join(folder, "other")]).ended;
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("holds no platform")]);
});
