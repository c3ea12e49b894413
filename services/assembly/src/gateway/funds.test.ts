import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType } from "@atlas/gen/atlas/order/v1/order_pb";
import { Code } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { orderScenario, resting } from "../testing/order-scenario.ts";

const scenario = orderScenario();
const { platform, accounts, orders, freshId, refused } = scenario;
let accountId = "";
beforeAll(() => {
  ({ accountId } = scenario);
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
      field: "amount.amount",
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
  });

  test("I10: accounts of participants and their owner are no client's", async () => {
    const name = { requestId: freshId(), accountId: "house-BTC-USD" };
    const amount = { asset: "USD", amount: "1" };
    const limits = { maximumNotional: "1", maximumOpenOrders: 10, ordersPerSecond: 10, orderBurst: 10 };
    for (const call of [
      () => accounts().createAccount({ ...name, accountId: "house-X-Y" }),
      () => accounts().depositFunds({ ...name, amount }),
      () => accounts().withdrawFunds({ ...name, amount }),
      () => accounts().setLimits({ ...name, limits }),
    ]) {
      expect(await refused(call())).toMatchObject({ code: Code.InvalidArgument, field: "account_id" });
    }
    const owned = accounts().createAccount({ ...name, accountId: "its own", ownerId: "house" });
    expect(await refused(owned)).toMatchObject({ code: Code.InvalidArgument, field: "owner_id" });
    const { balances } = await platform.run(accounts().listBalances({ accountId: "house-BTC-USD" }));
    expect(balances.map(({ available }) => available)).toEqual(["0", "0"]);
  });

  test("who creates an account trades on it; the id with another owner is refused", async () => {
    const own = await platform.account({});
    const { accounts: seen } = await platform.run(accounts().listAccounts({ pageSize: 1_000 }));
    expect(seen.map((one) => one.accountId)).toContain(own);
    const again = accounts().createAccount({ requestId: "another", accountId: own, ownerId: "somebody else" });
    expect([Code.AlreadyExists, Code.FailedPrecondition]).toContain((await refused(again)).code);
  });
});
