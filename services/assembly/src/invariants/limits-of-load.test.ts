import { ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GatewayProcess, MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf, statusOf } from "../testing/desk.ts";

let platform: MemoryPlatform;
let gateway: GatewayProcess;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  const [first] = platform.gateways;
  if (first === undefined) throw new Error("no gateway");
  gateway = first;
  desk = new Desk(platform, await platform.account("ada", { USD: "1000000", ETH: "50" }), gateway);
});
afterEach(() => expect(platform.failures).toEqual([]));

/** Orders of one batch, as many as the contract allows in one call at most. */
function batch(count: number): Promise<string[]> {
  const order = {
    instrumentId: "ETH-USD",
    side: Side.BUY,
    type: OrderType.LIMIT,
    quantity: "0.01",
    limitPrice: "2000",
  };
  const entries = Array.from({ length: count }, () => ({ requestId: desk.newId(), order }));
  const call = gateway.client(OrderService).submitOrders({ accountId: "ada", entries });
  return call.then(({ results }) =>
    results.map(({ result }) =>
      result.case === "refusal" ? (ReasonSchema.value[result.value.reason]?.localName ?? "") : "ORDER",
    ),
  );
}

function count(answers: readonly string[], answer: string): number {
  return answers.filter((one) => one === answer).length;
}

describe("S24: what keeps one account from filling the log", () => {
  test("above 4,000 unanswered orders are shed before the log, cancels are not", async () => {
    await platform.run(desk.limit({ ordersPerSecond: 1_000_000, orderBurst: 1_000_000 }));
    await platform.run(desk.submit());
    platform.leader()?.process.pause();
    const batches = Array.from({ length: 5 }, () => batch(1_000));
    const cancels = Array.from({ length: 300 }, () => errorOf(desk.cancel("none")));
    await platform.clock.advance(100);
    platform.leader()?.process.resume();
    const answers = (await platform.run(Promise.all(batches))).flat();
    expect([count(answers, "ORDER"), count(answers, "BUSY")]).toEqual([4_000, 1_000]);
    const canceled = (await platform.run(Promise.all(cancels))).map((one) => (one === "answered" ? one : one.reason));
    expect(count(canceled, "UNKNOWN_ORDER")).toBe(300);
    expect((await platform.run(batch(10))).every((answer) => answer === "ORDER")).toBe(true);
  });

  test("the shard decides what passes below twice the rate, the gateway sheds above it", async () => {
    await platform.run(desk.limit({ ordersPerSecond: 100, orderBurst: 200 }));
    await platform.run(desk.submit());
    const { log } = platform.world;
    const before = (await platform.run(log.range("orders.commands", 2))).end;
    const answers = await platform.run(batch(1_000));
    expect(count(answers, "ORDER")).toBeLessThanOrEqual(201);
    expect(count(answers, "RATE_LIMIT")).toBe(1_000 - count(answers, "ORDER"));
    expect((await platform.run(log.range("orders.commands", 2))).end).toBeGreaterThan(before);
  });

  test.each([
    ["the query store is 200,000 events behind", { lag: 200_001 }],
    ["the disk is almost full", { low: true }],
  ])("I17, F24: %s: new orders are refused, nothing is kept; cancels, funds and reads go on", async (_, pressure) => {
    const { orderId } = await platform.run(desk.submit());
    Object.assign(gateway.inside.pressure, pressure);
    const requestId = desk.newId();
    const refused = { code: "ResourceExhausted", reason: "STORAGE_FULL" };
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).toMatchObject(refused);
    expect(await platform.run(errorOf(desk.deposit("USD", "1")))).toBe("answered");
    expect(await platform.run(errorOf(desk.cancel(orderId)))).toBe("answered");
    Object.assign(gateway.inside.pressure, { lag: 0, low: false });
    await platform.run(desk.submit({}, requestId));
    await platform.clock.advance(500);
    expect((await platform.run(desk.list())).map(statusOf)).toEqual(["LIVE", "CANCELED"]);
  });
});

describe("F6: the store is away", () => {
  async function storeLag(): Promise<number> {
    const { shards } = await platform.run(platform.client(OperationsService).getSystemState({}));
    return shards.reduce((most, { storeLag: lag }) => Math.max(most, Number(lag)), 0);
  }

  test("S2: orders work as ever, its lag grows, and it recovers; lists tell everything meanwhile", async () => {
    const before = await platform.run(desk.submit());
    await platform.clock.advance(1_000);
    expect(await storeLag()).toBe(0);
    platform.world.storeFault = ({ operation }) => (operation.startsWith("put") ? { kind: "refused" } : undefined);
    const ids: string[] = [before.orderId];
    for (let round = 0; round < 20; round++) {
      const { orderId } = await platform.run(desk.submit({ quantity: "0.1" }));
      if (round % 2 === 0) await platform.run(desk.cancel(orderId));
      ids.push(orderId);
      await platform.clock.advance(200);
    }
    expect(await storeLag()).toBeGreaterThan(50);
    expect((await platform.run(desk.list())).map(({ orderId }) => orderId).reverse()).toEqual(ids);
    platform.world.heal();
    await platform.clock.advance(3_000);
    expect(await storeLag()).toBe(0);
    expect((await platform.run(desk.list())).map(({ orderId }) => orderId).reverse()).toEqual(ids);
  });

  test("what needs it is refused with UNAVAILABLE, never as a defect; what does not need it goes on", async () => {
    const { orderId } = await platform.run(desk.submit());
    await platform.run(desk.cancel(orderId));
    await platform.clock.advance(1_500);
    platform.world.store.setDown(true);
    for (const call of [() => desk.read(orderId), () => desk.list(), () => desk.submit({}, "any text")]) {
      expect(await platform.run(errorOf(call()))).toMatchObject({ code: "Unavailable", reason: "NOT_READY" });
    }
    const open = await platform.run(desk.submit());
    await platform.clock.advance(500);
    expect(statusOf(await platform.run(desk.read(open.orderId)))).toBe("LIVE");
    expect(await platform.run(desk.holds("USD"))).toBe("997999/2001");
    platform.world.heal();
    await platform.clock.advance(2_000);
    expect((await platform.run(desk.list())).length).toBe(2);
  });

  test("I21: an owner dies while the store is away: its successor's store shows everything in the end", async () => {
    platform.world.storeFault = ({ operation }) => (operation.startsWith("put") ? { kind: "refused" } : undefined);
    const orders = await platform.run(Promise.all(Array.from({ length: 30 }, () => desk.submit({ quantity: "0.1" }))));
    for (const { orderId } of orders.slice(10)) await platform.run(desk.cancel(orderId));
    await platform.clock.advance(500);
    platform.leader()?.process.kill();
    platform.world.heal();
    await platform.startOwner();
    await platform.clock.advance(2_000);
    expect(await storeLag()).toBe(0);
    const listed = await platform.run(desk.list());
    expect([listed.length, listed.filter((order) => statusOf(order) === "CANCELED").length]).toEqual([30, 20]);
  });
});

describe("S22: reads never go back", () => {
  test("by a gateway that asks now one owner, now another that hears of everything late", async () => {
    const [fast] = platform.living();
    const slow = await platform.startOwner();
    slow.process.tailLag = 700;
    let turn = 0;
    const both = await platform.startGateway(() => (turn++ % 2 === 0 ? fast : slow));
    const reader = desk.by(both);
    const { orderId } = await platform.run(desk.submit({ quantity: "5" }));
    let version = 0n;
    for (let round = 0; round < 10; round++) {
      const asked = desk.replace(orderId, { quantity: `${6 + round}` }).catch(() => undefined);
      for (let read = 0; read < 4; read++) {
        const order = await platform.run(reader.read(orderId));
        expect(order.version).toBeGreaterThanOrEqual(version);
        version = order.version;
      }
      await platform.run(asked);
      const shown = await platform.run(desk.read(orderId));
      expect((await platform.run(reader.read(orderId))).version).toBeGreaterThanOrEqual(shown.version);
    }
    expect(version).toBeGreaterThan(10n);
  });

  test("a client reads its own write by any gateway, at once", async () => {
    const other = desk.by(await platform.startGateway());
    for (let round = 0; round < 5; round++) {
      const { orderId } = await platform.run(desk.submit({ quantity: "0.1" }));
      expect((await platform.run(other.read(orderId))).orderId).toBe(orderId);
    }
  });
});

describe("S23: authority", () => {
  test("a gateway that has not heard of identity for 5 s refuses everything, and goes on when it has", async () => {
    platform.leader()?.process.pause();
    await platform.clock.advance(4_000);
    platform.leader()?.process.resume();
    expect(await platform.run(errorOf(desk.submit()))).toBe("answered");
    platform.leader()?.process.pause();
    await platform.clock.advance(7_000);
    expect(await platform.run(errorOf(desk.list()))).toMatchObject({ code: "Unavailable", reason: "NOT_READY" });
    expect(await platform.run(errorOf(desk.submit()))).toMatchObject({ code: "Unavailable", reason: "NOT_READY" });
    platform.leader()?.process.resume();
    await platform.clock.advance(2_000);
    expect(await platform.run(errorOf(desk.submit()))).toBe("answered");
  });

  test("a key that is revoked is refused by every gateway within a second, and by the shards, for what was on its way", async () => {
    const identity = gateway.client(IdentityService);
    await platform.run(identity.createUser({ userId: "eve", roles: [] }));
    await platform.run(identity.grantAccount({ userId: "eve", grant: { accountId: "ada", role: Role.TRADER } }));
    const { apiKey, secret } = await platform.run(
      identity.createApiKey({ requestId: "eve", userId: "eve", label: "test" }),
    );
    const other = await platform.startGateway();
    const order = { instrumentId: "ETH-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "2000" };
    const submit = (by: GatewayProcess) =>
      errorOf(
        by.client(OrderService, `Bearer ${secret}`).submitOrder({ requestId: desk.newId(), accountId: "ada", order }),
      );
    expect(await platform.run(submit(other))).toBe("answered");
    await platform.run(identity.revokeApiKey({ keyId: apiKey?.keyId ?? "" }));
    await platform.clock.advance(1_000);
    for (const by of [gateway, other]) {
      expect(await platform.run(submit(by))).toMatchObject({ code: "Unauthenticated", reason: "NOT_SIGNED_IN" });
    }
    const shards = platform.leader()?.inside.shards.oms ?? [];
    expect(shards.every(({ shard }) => shard.state.revoked.all().length === 1)).toBe(true);
  });
});

describe("D26: limits are those of the server", () => {
  test.each([
    [{ quantityLimits: [{ instrumentId: "ETH-USD", maximumQuantity: "1" }] }, { quantity: "2" }, "QUANTITY_LIMIT"],
    [{ maximumNotional: "1999" }, { quantity: "1" }, "NOTIONAL_LIMIT"],
    [{ maximumOpenOrders: 0 }, { quantity: "1" }, "OPEN_ORDERS_LIMIT"],
  ])("%o refuses %o", async (limits, fields, reason) => {
    await platform.run(desk.limit(limits));
    expect(await platform.run(errorOf(desk.submit(fields)))).toMatchObject({ code: "FailedPrecondition", reason });
    expect(await platform.run(desk.holds("USD"))).toBe("1000000/0");
    platform.leader()?.process.kill();
    await platform.startOwner();
    expect(await platform.run(errorOf(desk.submit(fields)))).toMatchObject({ reason });
  });
});
