import { dice } from "@atlas/assembly/simulated/dice";
import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { Desk, errorOf, statusOf } from "@atlas/assembly/testing/desk";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import { beforeEach, describe, expect, test } from "vitest";
import { audit } from "../checks/audit.ts";
import { TradingFloor } from "../clients/trading-floor.ts";
import { Faults, knobsOf } from "../faults/faults.ts";
import { modelOf } from "../model/log-model.ts";
import { readLog } from "../model/log-reading.ts";

/** Instead of 400,000: the five minutes of S18 never pass in these tests, ids are forgotten for their number alone. */
const REMEMBERED = 8;
/** Resting, of 1 ETH at 2,000 USD and 1 USD of fees at most. */
const ONE_ORDER = "97999/2001";

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform({ rememberedIds: REMEMBERED }).start();
  desk = new Desk(platform, await platform.account("eva", { USD: "100000", ETH: "50" }));
});

/** Lets the account's shard forget every id that it knew, within a second. */
async function forget(): Promise<void> {
  for (let count = 0; count < 2 * REMEMBERED; count++) await platform.run(desk.deposit("BTC", "1"));
}

async function successor(): Promise<void> {
  platform.leader()?.process.kill();
  await platform.startOwner();
}

/** Sends until it is answered: the store shows a little later what the shard has forgotten. */
async function insist(send: () => Promise<Order>): Promise<Order> {
  for (let tries = 0; tries < 50; tries++) {
    const refused = await errorOf(send());
    if (refused === "answered") return send();
    expect(refused).toMatchObject({ code: "Unavailable", reason: "LOOK_UP_FIRST" });
    await sleep(platform.clock, 200);
  }
  throw new Error("it is not answered");
}

async function kept(): Promise<string> {
  await platform.clock.advance(1_000);
  return `${(await platform.run(desk.list())).map(statusOf)} ${await platform.run(desk.holds("USD"))}`;
}

const IDS: readonly [string, () => string][] = [
  ["a UUID v7 of now", () => desk.newId()],
  ["a UUID v7 of long ago", () => "01766a1f-0000-7000-8000-000000000001"],
  ["any text", () => "my order"],
];

describe.each(IDS)("S18, I6: %s, forgotten because too many came after it", (_, makeId) => {
  test.each([
    ["at once", async () => undefined],
    ["of the shard's next owner", successor],
    ["of another gateway", () => platform.startGateway()],
  ])("makes no second order, asked %s", async (_when, meanwhile) => {
    const requestId = makeId();
    const { orderId } = await platform.run(desk.submit({}, requestId));
    await forget();
    await meanwhile();
    const again = await platform.run(Promise.all([desk.submit({}, requestId), desk.submit({}, requestId)]));
    expect(again.map((order) => order.orderId)).toEqual([orderId, orderId]);
    expect(await kept()).toBe(`LIVE ${ONE_ORDER}`);
  });

  test("S24: counts once against its account's rate, however often the shard asks for evidence", async () => {
    await platform.run(desk.limit({ ordersPerSecond: 1, orderBurst: 1 }));
    const requestId = makeId();
    const { orderId } = await platform.run(desk.submit({}, requestId));
    await forget();
    // A gateway lets two a second pass, twice the account's rate.
    const again = await platform.run(Promise.all([desk.submit({}, requestId), desk.submit({}, requestId)]));
    expect(again.map((order) => order.orderId)).toEqual([orderId, orderId]);
  });

  test("is refused with other content, naming the field", async () => {
    const requestId = makeId();
    await platform.run(desk.submit({}, requestId));
    await forget();
    const refused = { code: "AlreadyExists", reason: "REQUEST_ID_REUSED", field: "order.quantity" };
    expect(await platform.run(errorOf(desk.submit({ quantity: "2" }, requestId)))).toMatchObject(refused);
    expect(await kept()).toBe(`LIVE ${ONE_ORDER}`);
  });

  test("moves no funds twice", async () => {
    const requestId = makeId();
    await platform.run(desk.deposit("USD", "5", requestId));
    await forget();
    await platform.run(desk.deposit("USD", "5", requestId));
    expect(await platform.run(desk.holds("USD"))).toBe("100005/0");
  });

  test("cancels nothing that was placed since, and answers as before", async () => {
    const requestId = makeId();
    const cancelAll = () => platform.client(OrderService).cancelOrders({ requestId, accountId: "eva" });
    const { orderId } = await platform.run(desk.submit());
    expect((await platform.run(cancelAll())).orderIds).toEqual([orderId]);
    await platform.run(desk.submit());
    await forget();
    expect((await platform.run(cancelAll())).orderIds).toEqual([orderId]);
    expect(await kept()).toBe(`LIVE,CANCELED ${ONE_ORDER}`);
  });

  test("F6: while the store stands still no id is taken for unused: it is the order that was, or to be looked up", async () => {
    await platform.clock.advance(1_000);
    platform.world.storeFault = ({ operation }) => (operation.startsWith("put") ? { kind: "refused" } : undefined);
    const requestId = makeId();
    const { orderId } = await platform.run(insist(() => desk.submit({}, requestId)));
    const others: unknown[] = [];
    for (let count = 0; count < 2 * REMEMBERED; count++)
      others.push(await platform.run(errorOf(desk.deposit("BTC", "1"))));
    expect(others.at(-1)).toMatchObject({ code: "Unavailable", reason: "LOOK_UP_FIRST" });
    const early = desk.submit({}, requestId).then(
      (order) => order.orderId,
      () => errorOf(desk.submit({}, requestId)),
    );
    const lookUpFirst = expect.objectContaining({ code: "Unavailable", reason: "LOOK_UP_FIRST" });
    expect([orderId, lookUpFirst]).toContainEqual(await platform.run(early));
    platform.world.heal();
    await platform.clock.advance(3_000);
    expect((await platform.run(desk.submit({}, requestId))).orderId).toBe(orderId);
    expect(await kept()).toBe(`LIVE ${ONE_ORDER}`);
  });
});

test("S18: more new ids at once than are remembered are all used, each once", async () => {
  const ids = Array.from({ length: 5 * REMEMBERED }, () => desk.newId());
  const made = await platform.run(
    Promise.all(ids.map((requestId) => insist(() => desk.submit({ quantity: "0.1" }, requestId)))),
  );
  const again = await platform.run(
    Promise.all(ids.map((requestId) => insist(() => desk.submit({ quantity: "0.1" }, requestId)))),
  );
  expect(again.map(({ orderId }) => orderId)).toEqual(made.map(({ orderId }) => orderId));
  expect(new Set(made.map(({ orderId }) => orderId)).size).toBe(ids.length);
  expect(await platform.run(desk.holds("USD"))).toBe("91996/8004");
});

const CASES = ["F1", "F4", "F5", "F6", "F11"];

test.each([1, 2])(
  "S18, I6, I7: ids are forgotten at once while everything befalls the platform, seed %i",
  async (seed) => {
    const floor = await new TradingFloor(platform, seed).open(60);
    const roll = dice(seed);
    const faults = new Faults(platform, floor, roll, knobsOf(CASES));
    for (let count = 0; count < 14; count++) {
      await platform.clock.advance(100 + roll(1_200));
      faults.bring();
    }
    faults.heal();
    await floor.close();
    await audit(floor, modelOf(await readLog(platform), floor.violations));
    expect(floor.violations.found).toEqual([]);
    expect(floor.violations.seen.get("I6")).toBeGreaterThan(100);
  },
  60_000,
);
