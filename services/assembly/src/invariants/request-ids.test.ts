import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { beforeEach, describe, expect, test } from "vitest";
import { type GatewayProcess, MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf, statusOf } from "../testing/desk.ts";

/** Longer than a shard remembers ids, in log time. */
const FORGOTTEN = 360_000;

let platform: MemoryPlatform;
let desk: Desk;
let other: GatewayProcess;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  desk = new Desk(platform, await platform.account("ada", { USD: "100000", ETH: "50" }), platform.gateways[0]);
  other = await platform.startGateway();
});

/** Lets the shard forget every id that it knew: it forgets when it learns another. */
async function forget(milliseconds = FORGOTTEN): Promise<void> {
  await platform.clock.advance(milliseconds);
  await platform.run(desk.deposit("BTC", "1"));
  await platform.clock.advance(1_000);
}

async function kept(): Promise<number> {
  return (await platform.run(desk.list())).length;
}

const IDS: readonly [string, () => string][] = [
  ["a UUID v7", () => desk.newId()],
  ["a UUID v7 of long ago", () => "01766a1f-0000-7000-8000-000000000001"],
  ["any text", () => "my order"],
];

describe.each(IDS)("S18, I6: %s", (_, makeId) => {
  test("sent on two gateways in one moment it makes one order", async () => {
    const requestId = makeId();
    const answers = await platform.run(
      Promise.all([desk.submit({}, requestId), desk.by(other).submit({}, requestId), desk.submit({}, requestId)]),
    );
    expect(new Set(answers.map(({ orderId }) => orderId)).size).toBe(1);
    expect(await kept()).toBe(1);
  });

  test("sent again after 6 minutes, on two gateways at once, it is that order", async () => {
    const requestId = makeId();
    const { orderId } = await platform.run(desk.submit({}, requestId));
    await platform.clock.advance(100);
    await platform.run(desk.cancel(orderId));
    await forget();
    const again = await platform.run(
      Promise.all([desk, desk.by(other)].map((one) => one.submit({ quantity: "1.000" }, requestId))),
    );
    expect(again.map((order) => `${order.orderId} ${statusOf(order)}`)).toEqual(Array(2).fill(`${orderId} CANCELED`));
    expect(await kept()).toBe(1);
  });

  test.each([
    [{ quantity: "2" }, "order.quantity"],
    [{ limitPrice: "1999" }, "order.limit_price"],
    [{ instrumentId: "BTC-USD" }, "order.instrument_id"],
    [{ clientOrderId: "mine" }, "order.client_order_id"],
  ])("with %o it is refused, naming %s, at once and after 6 minutes, and nothing is done", async (fields, field) => {
    const requestId = makeId();
    await platform.run(desk.submit({}, requestId));
    const refused = { code: "AlreadyExists", reason: "REQUEST_ID_REUSED", field };
    expect(await platform.run(errorOf(desk.by(other).submit(fields, requestId)))).toMatchObject(refused);
    await forget();
    expect(await platform.run(errorOf(desk.by(other).submit(fields, requestId)))).toMatchObject(refused);
    expect(await kept()).toBe(1);
  });

  test("used by another method before, it is refused, at once and after 6 minutes", async () => {
    const requestId = makeId();
    await platform.run(desk.deposit("USD", "5", requestId));
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).toMatchObject({ reason: "REQUEST_ID_REUSED" });
    await forget();
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).toMatchObject({ reason: "REQUEST_ID_REUSED" });
    expect(await kept()).toBe(0);
  });
});

describe("S18: what the store lacks is not taken for what never was", () => {
  test("I6, F6: the store has stood still for 10 minutes: a retry waits for it, and is the order that was", async () => {
    const first = await platform.run(desk.submit({}, desk.newId()));
    await platform.clock.advance(1_000);
    platform.world.storeFault = ({ operation }) => (operation.startsWith("put") ? { kind: "refused" } : undefined);
    const requestId = "in the dark";
    const { orderId } = await platform.run(desk.submit({}, requestId));
    await platform.run(desk.cancel(orderId));
    await forget(600_000);
    const early = await platform.run(errorOf(desk.submit({}, requestId)));
    expect(early).toMatchObject({ code: "Unavailable", reason: "LOOK_UP_FIRST" });
    platform.world.heal();
    await platform.clock.advance(3_000);
    expect((await platform.run(desk.submit({}, requestId))).orderId).toBe(orderId);
    expect(await kept()).toBe(2);
    expect(first.orderId).not.toBe(orderId);
  });

  test("I6, F6, F17: nor when the log's clock stood still and the store has half of that moment", async () => {
    platform.world.freezeWall();
    await platform.run(desk.submit());
    await platform.clock.advance(1_000);
    platform.world.storeFault = ({ operation }) => (operation.startsWith("put") ? { kind: "refused" } : undefined);
    const requestId = "in the dark";
    const { orderId } = await platform.run(desk.submit({}, requestId));
    await platform.run(desk.cancel(orderId));
    await platform.clock.advance(1_000);
    platform.world.thawWall();
    await forget(600_000);
    const early = await platform.run(errorOf(desk.submit({}, requestId)));
    expect(early).toMatchObject({ code: "Unavailable", reason: "LOOK_UP_FIRST" });
    platform.world.heal();
    await platform.clock.advance(3_000);
    expect((await platform.run(desk.submit({}, requestId))).orderId).toBe(orderId);
  });

  test("an id that was never used is found new after 6 minutes, and used", async () => {
    await platform.run(desk.submit());
    await forget();
    expect(statusOf(await platform.run(desk.submit({}, "brand new")))).toBe("PENDING_SUBMIT");
    expect(await kept()).toBe(2);
  });
});

test("S18, F6: a batch is not logged when nobody waits any more for what the store says of one of its ids", async () => {
  const order = { instrumentId: "ETH-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "2000" };
  const entries = [desk.newId(), "asked for late"].map((requestId) => ({ requestId, order }));
  const submit = () => other.client(OrderService).submitOrders({ accountId: "ada", entries }, { timeoutMs: 1_000 });
  platform.world.storeFault = () => ({ kind: "delayed", milliseconds: 4_000 });
  const { results } = await platform.run(submit());
  expect(results.map(({ result }) => result.value)).toMatchObject([
    { reason: Reason.NOT_READY },
    { reason: Reason.NOT_READY },
  ]);
  platform.world.heal();
  await platform.clock.advance(20_000);
  expect(await kept()).toBe(0);
  await platform.run(submit());
  expect(await kept()).toBe(2);
});

/** What a client asks for that waits for a second, under an id that the store has to be asked for. */
const LATE: readonly [string, () => Promise<unknown>][] = [
  ["cancel of many", () => other.client(OrderService).cancelOrders({ accountId: "ada", requestId: LATE_ID }, PATIENT)],
  [
    "deposit",
    () =>
      other
        .client(AccountService)
        .depositFunds({ accountId: "ada", requestId: LATE_ID, amount: { asset: "BTC", amount: "1" } }, PATIENT),
  ],
];
const LATE_ID = "asked for late";
const PATIENT = { timeoutMs: 1_000 };

test.each(LATE)("S18, F6: nor is a %s, which is taken as new when it is sent again", async (_, send) => {
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(1_000);
  const before = await platform.run(Promise.all([desk.read(orderId), desk.holds("BTC")]));
  platform.world.storeFault = () => ({ kind: "delayed", milliseconds: 4_000 });
  expect(await platform.run(errorOf(send()))).toMatchObject({ reason: "NOT_READY" });
  platform.world.heal();
  await platform.clock.advance(20_000);
  expect(await platform.run(Promise.all([desk.read(orderId), desk.holds("BTC")]))).toEqual(before);
  await platform.run(send());
  await platform.clock.advance(1_000);
  expect(await platform.run(Promise.all([desk.read(orderId), desk.holds("BTC")]))).not.toEqual(before);
});
