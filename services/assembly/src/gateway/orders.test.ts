import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderStatus, OrderType, RefusedBy, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { Code } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { orderScenario, resting } from "../testing/order-scenario.ts";

const scenario = orderScenario();
let requests = 0;
const { platform, accounts, orders, freshId, submit, refused, read, live } = scenario;
let accountId = "";
beforeAll(() => {
  ({ accountId } = scenario);
});

describe("a submit", () => {
  test("is accepted, reserved, and live", async () => {
    const order = await submit();
    expect(order).toMatchObject({ status: OrderStatus.PENDING_SUBMIT, version: 1n, leavesQuantity: "1", accountId });
    expect(order.reserved).toMatchObject({ asset: "USD", amount: "100.05" });
    await platform.clock.advance(300);
    expect((await read(order.orderId)).status).toBe(OrderStatus.LIVE);
  });

  test.each([
    ["a fresh UUID v7", () => freshId()],
    ["an old UUID v7", () => `0189d5c4-7c1e-7a8b-9c3d-${(++requests).toString(16).padStart(12, "0")}`],
    ["any text", () => `my order ${++requests}`],
  ])("I6: %s makes one order, however often it is sent", async (_, makeId) => {
    const requestId = makeId();
    const first = await submit({}, requestId);
    const again = await Promise.all([submit({}, requestId), submit({ quantity: "1.000" }, requestId)]);
    await platform.clock.advance(400_000);
    again.push(await submit({}, requestId));
    expect(new Set(again.map((order) => order.orderId))).toEqual(new Set([first.orderId]));
    expect(again.at(-1)?.status).toBe(OrderStatus.LIVE);
  });

  test.each([
    [{ quantity: "2" }, "order.quantity"],
    [{ limitPrice: "101" }, "order.limit_price"],
    [{ side: Side.SELL }, "order.side"],
    [{ timeInForce: TimeInForce.DAY }, "order.time_in_force"],
    [{ postOnly: true }, "order.post_only"],
    [{ clientOrderId: "x" }, "order.client_order_id"],
  ])("I6: the same id with %o is ALREADY_EXISTS, naming %s", async (fields, field) => {
    const requestId = freshId();
    const first = await submit({}, requestId);
    const again = orders().submitOrder({ requestId, accountId, order: { ...resting, ...fields } });
    expect(await refused(again)).toMatchObject({ code: Code.AlreadyExists, reason: Reason.REQUEST_ID_REUSED, field });
    expect((await read(first.orderId)).quantity).toBe("1");
  });

  test("what means the same is the same request", async () => {
    const requestId = freshId();
    const first = await submit({ timeInForce: TimeInForce.UNSPECIFIED, quantity: "1" }, requestId);
    const again = await submit({ timeInForce: TimeInForce.GTC, quantity: "1.0", limitPrice: "100.00" }, requestId);
    expect(again.orderId).toBe(first.orderId);
  });

  test("refused by a rule of the business it is kept as REJECTED, and a repeat is refused the same way", async () => {
    const requestId = freshId();
    const send = () =>
      orders().submitOrder({ requestId, accountId, order: { ...resting, quantity: "50", limitPrice: "49000" } });
    const first = await refused(send());
    expect(first).toMatchObject({ code: Code.FailedPrecondition });
    expect(await refused(send())).toEqual(first);
    await platform.clock.advance(400_000);
    expect(await refused(send())).toEqual(first);
    expect(await read(first.orderId ?? "")).toMatchObject({
      status: OrderStatus.REJECTED,
      refusedBy: RefusedBy.PLATFORM,
    });
  });

  test.each([
    [{ limitPrice: "100.001" }, Reason.OFF_TICK, "order.limit_price"],
    [{ quantity: "0.00001" }, Reason.OFF_LOT, "order.quantity"],
    [{ quantity: "0" }, Reason.INVALID_FIELD, "order.quantity"],
    [{ limitPrice: "" }, Reason.IMPOSSIBLE_COMBINATION, "order.limit_price"],
    [{ postOnly: true, timeInForce: TimeInForce.IOC }, Reason.IMPOSSIBLE_COMBINATION, undefined],
    [{ quantity: "-1" }, Reason.INVALID_FIELD, "order.quantity"],
  ])("malformed (%o) it is INVALID_ARGUMENT, nothing is kept and the id is unused", async (fields, reason, field) => {
    const requestId = freshId();
    const refusal = await refused(orders().submitOrder({ requestId, accountId, order: { ...resting, ...fields } }));
    expect(refusal.code).toBe(Code.InvalidArgument);
    if (field !== undefined) expect(refusal.field).toBe(field);
    expect([reason, Reason.INVALID_FIELD, Reason.IMPOSSIBLE_COMBINATION]).toContain(refusal.reason);
    expect((await submit({}, requestId)).status).toBe(OrderStatus.PENDING_SUBMIT);
  });

  test("names an account that is not there", async () => {
    const authorization = await platform.user([]);
    const trader = platform.client(OrderService, { authorization });
    const call = trader.submitOrder({ requestId: freshId(), accountId: "nobody", order: resting });
    expect(await refused(call)).toMatchObject({ code: Code.NotFound, reason: Reason.UNKNOWN_ACCOUNT });
    const none = orders().submitOrder({ requestId: freshId(), accountId: "", order: resting });
    expect(await refused(none)).toMatchObject({ code: Code.InvalidArgument, field: "account_id" });
  });

  test("trades with the market", async () => {
    const order = await submit({ type: OrderType.MARKET, limitPrice: "", quantity: "0.1" });
    await platform.clock.advance(300);
    const filled = await read(order.orderId);
    expect(filled).toMatchObject({ status: OrderStatus.FILLED, cumulativeQuantity: "0.1" });
    const { fills } = await platform.run(orders().listFills({ accountId, orderId: order.orderId }));
    expect(fills.length).toBeGreaterThan(0);
  });
});

describe("a batch", () => {
  test("is decided in order; a malformed entry refuses only itself", async () => {
    const entries = [
      { requestId: freshId(), order: resting },
      { requestId: freshId(), order: { ...resting, quantity: "x" } },
      { requestId: "", order: resting },
      { requestId: freshId() },
      { requestId: freshId(), order: { ...resting, quantity: "99", limitPrice: "49000" } },
      { requestId: freshId(), order: resting },
    ];
    const { results } = await platform.run(orders().submitOrders({ accountId, entries }));
    const said = results.map(({ result }) =>
      result.case === "refusal" ? result.value.field || "refused" : result.case,
    );
    expect(said).toEqual([
      "order",
      "entries[1].order.quantity",
      "entries[2].request_id",
      "entries[3].order",
      "refused",
      "order",
    ]);
    const { results: again } = await platform.run(orders().submitOrders({ accountId, entries }));
    const ids = (all: typeof results) => all.map(({ result }) => result.value?.orderId);
    expect(ids(again)).toEqual(ids(results));
  });

  test("I6: an id that stands twice in it makes one order; with other terms the later entry is refused", async () => {
    const requestId = freshId();
    const entries = [
      { requestId, order: resting },
      { requestId, order: { ...resting, quantity: "1.0" } },
      { requestId, order: { ...resting, quantity: "2" } },
      { requestId: freshId(), order: resting },
    ];
    const { results } = await platform.run(orders().submitOrders({ accountId, entries }));
    const [first, second, third, fourth] = results.map(({ result }) => result);
    expect([first?.case, second?.case, third?.case, fourth?.case]).toEqual(["order", "order", "refusal", "order"]);
    expect(second?.value?.orderId).toBe(first?.value?.orderId);
    expect(third?.value).toMatchObject({ reason: Reason.REQUEST_ID_REUSED, field: "entries[2].order.quantity" });
    expect(fourth?.value?.orderId).not.toBe(first?.value?.orderId);
    expect((await read(first?.value?.orderId ?? "")).quantity).toBe("1");
  });

  test("S18: is decided in order, whichever of its ids are looked up first", async () => {
    const own = await platform.account({ USD: "1000000" });
    const requestIds = ["a text", freshId(), "another", freshId(), "the last"];
    const entries = requestIds.map((requestId) => ({ requestId, order: resting }));
    entries.push({ requestId: "a text", order: { ...resting, quantity: "2" } });
    const { results } = await platform.run(orders().submitOrders({ accountId: own, entries }));
    expect(results.map(({ result }) => result.case)).toEqual([...requestIds.map(() => "order"), "refusal"]);
    const { orders: newestFirst } = await platform.run(orders().listOrders({ accountId: own }));
    expect(newestFirst.map(({ requestId }) => requestId).reverse()).toEqual(requestIds);
  });

  test("of 1,000 is answered in order", async () => {
    const entries = Array.from({ length: 1_000 }, () => ({
      requestId: freshId(),
      order: { ...resting, quantity: "0.01" },
    }));
    const { results } = await platform.run(orders().submitOrders({ accountId, entries }));
    const ids = results.map(({ result }) => (result.case === "order" ? result.value.requestId : ""));
    expect(ids).toEqual(entries.map((entry) => entry.requestId));
    const { orderIds } = await platform.run(orders().cancelOrders({ requestId: freshId(), accountId }));
    expect(orderIds.length).toBeGreaterThanOrEqual(1_000);
    await platform.clock.advance(500);
    const { orders: open } = await platform.run(orders().listOrders({ accountId, openOnly: true }));
    expect(open).toEqual([]);
  });
});

describe("a cancel", () => {
  test("answers the order as it is; repeated it answers again", async () => {
    const order = await live();
    const requestId = freshId();
    const first = await platform.run(orders().cancelOrder({ requestId, accountId, orderId: order.orderId }));
    expect([OrderStatus.PENDING_CANCEL, OrderStatus.CANCELED]).toContain(first.order?.status);
    await platform.clock.advance(300);
    const again = await platform.run(orders().cancelOrder({ requestId, accountId, orderId: order.orderId }));
    expect(again.order?.status).toBe(OrderStatus.CANCELED);
  });

  test("S17: of an order that has ended is FAILED_PRECONDITION with its status", async () => {
    const order = await live();
    await platform.run(orders().cancelOrder({ requestId: freshId(), accountId, orderId: order.orderId }));
    await platform.clock.advance(2_000);
    const late = orders().cancelOrder({ requestId: freshId(), accountId, orderId: order.orderId });
    expect(await refused(late)).toMatchObject({
      code: Code.FailedPrecondition,
      reason: Reason.ORDER_CLOSED,
      facts: { status: "ORDER_STATUS_CANCELED" },
    });
  });

  test("S17: of an order that never was, or of another account, is NOT_FOUND", async () => {
    const order = await live();
    const unknown = { code: Code.NotFound, reason: Reason.UNKNOWN_ORDER };
    const never = orders().cancelOrder({ requestId: freshId(), accountId, orderId: "00nosuchorder" });
    expect(await refused(never)).toMatchObject(unknown);
    const foreign = orders().cancelOrder({ requestId: freshId(), accountId: "demo", orderId: order.orderId });
    expect(await refused(foreign)).toMatchObject(unknown);
  });

  test("of several takes those of an instrument and side", async () => {
    const bid = await live();
    const other = await live({ instrumentId: "ETH-USD" });
    const request = { requestId: freshId(), accountId, instrumentId: "BTC-USD", side: Side.BUY };
    const { orderIds } = await platform.run(orders().cancelOrders(request));
    expect(orderIds).toContain(bid.orderId);
    expect(orderIds).not.toContain(other.orderId);
    const none = await platform.run(orders().cancelOrders({ ...request, requestId: freshId() }));
    await platform.clock.advance(300);
    expect(none.orderIds).toEqual([]);
  });

  test("F28: of more than a slice holds is answered the same again", async () => {
    const own = await platform.account({ USD: "100000" });
    const entries = Array.from({ length: 600 }, () => ({ requestId: freshId(), order: resting }));
    await platform.run(orders().submitOrders({ accountId: own, entries }));
    const request = { requestId: freshId(), accountId: own };
    const first = await platform.run(orders().cancelOrders(request));
    expect(first.orderIds).toHaveLength(600);
    expect(await platform.run(orders().cancelOrders(request))).toEqual(first);
    await platform.clock.advance(400_000);
    expect(await platform.run(orders().cancelOrders(request))).toEqual(first);
  });

  test.each([
    ["a UUID v7", () => freshId()],
    ["any text", () => `cancel ${++requests}`],
  ])(
    "F28: of several under %s is answered the same again, and takes nothing that was placed since",
    async (_, makeId) => {
      await platform.run(orders().cancelOrders({ requestId: freshId(), accountId }));
      const placed = [await live(), await live({ side: Side.SELL, limitPrice: "90000" })].map(({ orderId }) => orderId);
      const request = { requestId: makeId(), accountId, instrumentId: "BTC-USD" };
      const first = await platform.run(orders().cancelOrders(request));
      expect(first.orderIds).toEqual(placed);
      const since = await live();
      expect((await platform.run(orders().cancelOrders(request))).orderIds).toEqual(placed);
      await platform.clock.advance(400_000);
      await live();
      expect((await platform.run(orders().cancelOrders(request))).orderIds).toEqual(placed);
      expect((await read(since.orderId)).status).toBe(OrderStatus.LIVE);
      const reused = { code: Code.AlreadyExists, reason: Reason.REQUEST_ID_REUSED };
      const sides = orders().cancelOrders({ ...request, side: Side.BUY });
      expect(await refused(sides)).toMatchObject({ ...reused, field: "side" });
      const instruments = orders().cancelOrders({ ...request, instrumentId: "ETH-USD" });
      expect(await refused(instruments)).toMatchObject({ ...reused, field: "instrument_id" });
      const method = accounts().depositFunds({ ...request, amount: { asset: "USD", amount: "1" } });
      expect(await refused(method)).toMatchObject({ ...reused, field: "request_id" });
    },
  );
});

describe("a replace", () => {
  test("changes quantity and price under the same id", async () => {
    const order = await live();
    const request = { requestId: freshId(), accountId, orderId: order.orderId, quantity: "2", limitPrice: "101" };
    const first = await platform.run(orders().replaceOrder(request));
    expect(first.order?.version).toBeGreaterThan(order.version);
    await platform.clock.advance(300);
    const replaced = await platform.run(orders().replaceOrder(request));
    expect(replaced.order).toMatchObject({ status: OrderStatus.LIVE, quantity: "2", limitPrice: "101" });
  });

  test("with a version that is not the order's is ABORTED", async () => {
    const order = await live();
    const request = { requestId: freshId(), accountId, orderId: order.orderId, quantity: "2", expectedVersion: 1n };
    expect(await refused(orders().replaceOrder(request))).toMatchObject({
      code: Code.Aborted,
      reason: Reason.STALE_VERSION,
      facts: { version: String(order.version) },
    });
  });

  test("F28: without a version and with an id that may be old, it is bound to the version that is read", async () => {
    const order = await live();
    const request = { requestId: "any text", accountId, orderId: order.orderId, quantity: "3" };
    expect((await platform.run(orders().replaceOrder(request))).order?.orderId).toBe(order.orderId);
    await platform.clock.advance(300);
    await platform.run(orders().replaceOrder({ ...request, requestId: freshId(), quantity: "4" }));
    await platform.clock.advance(300);
    expect((await platform.run(orders().replaceOrder(request))).order?.quantity).toBe("4");
  });

  test("of an order that has ended, or never was", async () => {
    const order = await live();
    await platform.run(orders().cancelOrder({ requestId: freshId(), accountId, orderId: order.orderId }));
    await platform.clock.advance(2_000);
    const late = orders().replaceOrder({ requestId: "late", accountId, orderId: order.orderId, quantity: "3" });
    expect(await refused(late)).toMatchObject({ code: Code.FailedPrecondition, reason: Reason.ORDER_CLOSED });
    const never = orders().replaceOrder({ requestId: "never", accountId, orderId: "00nosuchorder", quantity: "3" });
    expect(await refused(never)).toMatchObject({ code: Code.NotFound, reason: Reason.UNKNOWN_ORDER });
  });
});
