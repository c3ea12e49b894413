import { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { beforeEach, expect, test } from "vitest";
import { type Holding, MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, statusOf } from "../testing/desk.ts";

const ACCOUNTS: Holding = ["oms", "control", "identity"];
const VENUES: Holding = ["venue"];

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform({ holdings: [ACCOUNTS, VENUES] }).start();
  desk = new Desk(platform, await platform.account("ada", { USD: "100000" }));
});

test("F5, I4, I13: a venue dies alone: order shards accept for a while, and its successor places what they did, once", async () => {
  platform.leader("venue/0")?.process.kill();
  platform.leader("venue/1")?.process.kill();
  const requestId = desk.newId();
  const order = await platform.run(desk.submit({}, requestId));
  await platform.clock.advance(1_000);
  expect(order.status).toBe(OrderStatus.PENDING_SUBMIT);
  expect((await platform.run(desk.list())).map(statusOf)).toEqual(["PENDING_SUBMIT"]);
  await platform.startOwner(undefined, VENUES);
  await platform.clock.advance(1_000);
  expect((await platform.run(desk.list())).map(statusOf)).toEqual(["LIVE"]);
  expect((await platform.run(desk.submit({}, requestId))).orderId).toBe(order.orderId);
});

test("F5, I4: order shards die alone: the venue goes on, and their successor finishes what was on its way", async () => {
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(500);
  const canceling = desk.cancel(orderId).catch((error: Error) => error);
  await platform.clock.advance(5);
  platform.leader("oms/0")?.process.kill();
  expect(platform.leader("venue/0")?.process.state).toBe("RUNS");
  const before = (await platform.run(platform.world.log.range("market.data", 0))).end;
  await platform.clock.advance(3_000);
  expect((await platform.run(platform.world.log.range("market.data", 0))).end).toBeGreaterThan(before);
  await platform.startOwner(undefined, ACCOUNTS);
  await platform.run(canceling);
  await platform.run(desk.cancel(orderId).catch((error: Error) => error));
  await platform.clock.advance(1_000);
  expect((await platform.run(desk.list())).map(statusOf)).toEqual(["CANCELED"]);
});
