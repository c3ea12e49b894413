import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { type Order, OrderStatus, OrderType, RefusedBy, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";

const platform = new GatewayPlatform();
let accountId = "";
let requests = 0;

beforeAll(async () => {
  await platform.start();
  accountId = await platform.account({ USD: "1000000", BTC: "10" });
});
afterEach(() => expect(platform.failures).toEqual([]));

const accounts = () => platform.client(AccountService);
const orders = () => platform.client(OrderService);
const resting = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "100" };

/** A UUID v7 of now. */
function freshId(): string {
  const time = platform.clock.now().toString(16).padStart(12, "0");
  const count = (++requests).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${count}`;
}

function submit(fields: object = {}, requestId = freshId()) {
  const call = orders().submitOrder({ requestId, accountId, order: { ...resting, ...fields } });
  return platform.run(call).then(({ order }) => order as Order);
}

/** Code, reason and field of a refusal. */
async function refused(call: Promise<unknown>) {
  const error = await platform.run(call).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error("it was not refused");
  const refusal = refusalOf(error);
  const { code } = ConnectError.from(error);
  return { code, reason: refusal?.reason, field: refusal?.field, facts: refusal?.facts, orderId: refusal?.orderId };
}

async function read(orderId: string): Promise<Order> {
  return (await platform.run(orders().getOrder({ accountId, orderId }))).order as Order;
}

/** After the venue has answered. */
async function live(fields: object = {}): Promise<Order> {
  const order = await submit(fields);
  await platform.clock.advance(300);
  return read(order.orderId);
}

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
    const authorization = await platform.user([], [{ accountId: "nobody", role: Role.TRADER }]);
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

describe("a preview", () => {
  test("says what a submit would do, and uses nothing", async () => {
    const { required, refusal } = await platform.run(orders().previewOrder({ accountId, order: resting }));
    expect(required).toMatchObject({ asset: "USD", amount: "100.05" });
    expect(refusal).toBeUndefined();
    const order = { ...resting, quantity: "50", limitPrice: "49000" };
    const tooMuch = await platform.run(orders().previewOrder({ accountId, order }));
    expect(tooMuch.refusal?.reason).not.toBe(Reason.UNSPECIFIED);
  });

  test("estimates by the visible book: a limit that rests takes nothing, a market order walks", async () => {
    const preview = (order: object) =>
      platform.run(orders().previewOrder({ accountId, order: { ...resting, ...order } }));
    expect(await preview({})).toMatchObject({ averagePrice: "100", estimatedFees: { asset: "USD", amount: "0" } });
    const market = { type: OrderType.MARKET, limitPrice: "", quantity: "0.0001" };
    const { averagePrice, estimatedFees, refusal } = await preview(market);
    expect(refusal).toBeUndefined();
    expect([Number(averagePrice) > 0, Number(estimatedFees?.amount) > 0]).toEqual([true, true]);
    const none = await preview({ quantity: "0" });
    expect([none.refusal?.field, none.required, none.notional, none.estimatedFees, none.averagePrice]).toEqual([
      ...["order.quantity", undefined, undefined, undefined, ""],
    ]);
  });
});

describe("funds and limits", () => {
  test("a deposit is made once, however often it is sent", async () => {
    const request = { requestId: "deposit 1", accountId, amount: { asset: "ETH", amount: "5" } };
    const first = await platform.run(accounts().depositFunds(request));
    expect(first.balance).toMatchObject({ asset: "ETH", available: "5", reserved: "0" });
    await platform.clock.advance(400_000);
    const again = await platform.run(accounts().depositFunds({ ...request, amount: { asset: "ETH", amount: "5.00" } }));
    expect(again.balance?.available).toBe("5");
    const other = accounts().depositFunds({ ...request, amount: { asset: "ETH", amount: "6" } });
    expect(await refused(other)).toMatchObject({ code: Code.AlreadyExists, field: "amount" });
  });

  test("a withdrawal beyond what is available is refused, and its id is unused", async () => {
    const own = await platform.account({});
    const request = { requestId: "withdraw 1", accountId: own, amount: { asset: "ETH", amount: "5" } };
    expect(await refused(accounts().withdrawFunds(request))).toMatchObject({
      code: Code.FailedPrecondition,
      reason: Reason.INSUFFICIENT_FUNDS,
    });
    await platform.run(
      accounts().depositFunds({ ...request, requestId: "eth", amount: { asset: "ETH", amount: "7" } }),
    );
    const { balance } = await platform.run(accounts().withdrawFunds(request));
    expect(balance?.available).toBe("2");
  });

  test.each([["0"], ["-1"], ["0.000000001"], ["1e5"]])("an amount of %s is malformed", async (amount) => {
    const call = accounts().depositFunds({ requestId: freshId(), accountId, amount: { asset: "USD", amount } });
    expect(await refused(call)).toMatchObject({ code: Code.InvalidArgument, field: "amount.amount" });
  });

  test("D26: limits hold for every order decided after the answer", async () => {
    const own = await platform.account({ USD: "1000" });
    const limits = { maximumNotional: "1000000", maximumOpenOrders: 10, ordersPerSecond: 10, orderBurst: 10 };
    const maximum = [{ instrumentId: "BTC-USD", maximumQuantity: "1" }];
    const name = { accountId: own, requestId: freshId() };
    await platform.run(accounts().setLimits({ ...name, limits: { ...limits, quantityLimits: maximum } }));
    const call = orders().submitOrder({ requestId: freshId(), accountId: own, order: { ...resting, quantity: "2" } });
    expect(await refused(call)).toMatchObject({ code: Code.FailedPrecondition, reason: Reason.QUANTITY_LIMIT });
    const twice = { ...limits, quantityLimits: [...maximum, ...maximum] };
    const call2 = accounts().setLimits({ requestId: freshId(), accountId: own, limits: twice });
    expect(await refused(call2)).toMatchObject({ field: "limits.quantity_limits[1].instrument_id" });
  });

  test("F28: limits set again under an id that the shard has forgotten do not undo newer ones", async () => {
    const own = await platform.account({});
    const limits = { maximumNotional: "1000", maximumOpenOrders: 10, ordersPerSecond: 10, orderBurst: 10 };
    const request = { requestId: "limits 1", accountId: own, limits };
    await platform.run(accounts().setLimits(request));
    const newer = { ...limits, maximumNotional: "2000" };
    await platform.run(accounts().setLimits({ ...request, requestId: "limits 2", limits: newer }));
    await platform.clock.advance(400_000);
    await platform.run(accounts().setLimits({ ...request, requestId: "limits 3", limits: newer }));
    const again = await platform.run(accounts().setLimits(request));
    expect(again.limits?.maximumNotional).toBe("2000");
    const other = accounts().setLimits({ ...request, limits: newer });
    expect(await refused(other)).toMatchObject({ code: Code.AlreadyExists, field: "limits" });
  });

  test("an id that a deposit has used is no withdrawal's", async () => {
    const request = { requestId: freshId(), accountId, amount: { asset: "USD", amount: "5" } };
    await platform.run(accounts().depositFunds(request));
    const withdrawal = accounts().withdrawFunds(request);
    expect(await refused(withdrawal)).toMatchObject({ code: Code.AlreadyExists, field: "request_id" });
    await platform.clock.advance(400_000);
    await platform.run(accounts().depositFunds({ ...request, requestId: freshId() }));
    expect(await refused(accounts().withdrawFunds(request))).toMatchObject({ field: "request_id" });
  });

  test("names that nothing has are refused", async () => {
    const name = { requestId: freshId(), accountId };
    const asset = { code: Code.InvalidArgument, reason: Reason.INVALID_FIELD, field: "amount.asset" };
    const amount = { asset: "XYZ", amount: "1" };
    expect(await refused(accounts().depositFunds({ ...name, amount }))).toMatchObject(asset);
    expect(await refused(accounts().withdrawFunds({ ...name, amount }))).toMatchObject(asset);
    const limits = { maximumNotional: "1", maximumOpenOrders: 10, ordersPerSecond: 10, orderBurst: 10 };
    const quantityLimits = [{ instrumentId: "X-Y", maximumQuantity: "1" }];
    const unknown = accounts().setLimits({ ...name, limits: { ...limits, quantityLimits } });
    expect(await refused(unknown)).toMatchObject({
      ...{ code: Code.NotFound, reason: Reason.UNKNOWN_INSTRUMENT },
      field: "limits.quantity_limits[0].instrument_id",
    });
    const house = accounts().createAccount({ ...name, accountId: "house-X-Y" });
    expect(await refused(house)).toMatchObject({ code: Code.InvalidArgument, field: "account_id" });
  });

  test("who creates an account trades on it; the id with another owner is refused", async () => {
    const own = await platform.account({});
    const { accounts: seen } = await platform.run(accounts().listAccounts({ pageSize: 1_000 }));
    expect(seen.map((one) => one.accountId)).toContain(own);
    const again = accounts().createAccount({ requestId: "another", accountId: own, ownerId: "somebody else" });
    expect([Code.AlreadyExists, Code.FailedPrecondition]).toContain((await refused(again)).code);
  });
});
