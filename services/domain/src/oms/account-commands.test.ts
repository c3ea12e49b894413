import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../account/account-limits.ts";
import { type Exchange, limitOrder, START, usd } from "./exchange.fixture.ts";
import { checkShard } from "./invariants.fixture.ts";
import type { OmsCommand } from "./oms-command.ts";
import { bought, holds, newExchange, only, place, refusalOf } from "./orders.fixture.ts";

let exchange: Exchange;

beforeEach(() => {
  exchange = newExchange();
});

describe("funds", () => {
  const funds = (kind: "DEPOSIT" | "WITHDRAW", amount: string): OmsCommand => ({
    kind,
    head: exchange.head("ann"),
    asset: "USD",
    amount,
  });

  test.each(["0", "-1", "NaN", "1e400", "0.000000001", "9".repeat(400), ""])("D3: %j is no amount", (amount) => {
    for (const kind of ["DEPOSIT", "WITHDRAW"] as const) {
      expect(refusalOf(exchange.input(0, funds(kind, amount)))).toMatchObject({
        reason: "BAD_NUMBER",
        field: "amount.amount",
      });
    }
    expect(holds(exchange, "ann", "USD")).toEqual([usd(100_000), 0n]);
  });

  test.each(["DEPOSIT", "WITHDRAW"] as const)("%s of an asset that no instrument has is refused", (kind) => {
    const command: OmsCommand = { kind, head: exchange.head("ann"), asset: "XYZ", amount: "1" };
    const events = exchange.input(0, command);
    expect(refusalOf(events)).toEqual({ reason: "UNKNOWN_ASSET", asset: "XYZ", field: "amount.asset" });
    expect(only(events).request).toBeUndefined();
  });

  test("only what is available goes out", () => {
    place(exchange, "ann", "BUY", "1", "40000");
    expect(refusalOf(exchange.input(0, funds("WITHDRAW", "59980.01")))).toMatchObject({ reason: "INSUFFICIENT_FUNDS" });
    exchange.input(0, funds("WITHDRAW", "59980"));
    expect(holds(exchange, "ann", "USD")).toEqual([0n, usd(40_020)]);
    expect(exchange.shards[0]?.totals.asset("USD")).toMatchObject({
      withdrawnMinor: usd(59_980),
      depositedMinor: usd(200_000),
    });
  });

  test("what was paid in stays within what can be said", () => {
    const most = "999999999999999999";
    expect(refusalOf(exchange.input(0, funds("DEPOSIT", most)))).toEqual({
      reason: "AMOUNT_OUT_OF_RANGE",
      asset: "USD",
    });
  });
});

describe("accounts", () => {
  const create = (ownerId: string): OmsCommand => ({ kind: "CREATE_ACCOUNT", head: exchange.head("ann"), ownerId });

  test("one that is there already is what was asked for, or another's", () => {
    expect(refusalOf(exchange.input(0, create("ann")))).toBeUndefined();
    expect(refusalOf(exchange.input(0, create("bob")))).toEqual({ reason: "ACCOUNT_DIFFERS", accountId: "ann" });
  });

  test("D26: limits hold from the next order on", () => {
    const limits = { maximumNotionalMinor: usd(1_000_000), maximumOpenOrders: 1, ordersPerSecond: 1, orderBurst: 9 };
    const quantityLimits = [{ instrumentId: "BTC-USD", maximumMinor: 100_000_000n }];
    exchange.input(0, {
      kind: "SET_LIMITS",
      head: exchange.head("ann"),
      limits: { ...limits, quantityLimits },
      field: "",
    });
    expect(refusalOf(exchange.submit("ann", limitOrder("BUY", "2", "100")))).toMatchObject({
      reason: "QUANTITY_LIMIT",
      limitMinor: 100_000_000n,
    });
    place(exchange, "ann", "BUY", "1", "100");
    expect(refusalOf(exchange.submit("ann", limitOrder("BUY", "1", "100")))).toMatchObject({
      reason: "OPEN_ORDERS_LIMIT",
    });
    for (let count = 0; count < 6; count++) exchange.submit("ann", limitOrder("BUY", "1", "100"));
    expect(refusalOf(exchange.submit("ann", limitOrder("BUY", "1", "100")))).toMatchObject({ reason: "RATE_LIMIT" });
    exchange.now += 1_000;
    expect(refusalOf(exchange.submit("ann", limitOrder("BUY", "1", "100")))).toMatchObject({
      reason: "OPEN_ORDERS_LIMIT",
    });
  });

  test("a limit of an instrument that is not known is refused", () => {
    const quantityLimits = ["BTC-USD", "X-Y"].map((instrumentId) => ({ instrumentId, maximumMinor: 1n }));
    const limits = { ...DEFAULT_LIMITS, quantityLimits };
    expect(refusalOf(exchange.input(0, { kind: "SET_LIMITS", head: exchange.head("ann"), limits, field: "" }))).toEqual(
      {
        reason: "UNKNOWN_INSTRUMENT",
        instrumentId: "X-Y",
        field: "limits.quantity_limits[1].instrument_id",
      },
    );
  });

  test("S8: a clock that goes back gives no rate, and takes none away once it goes on", () => {
    const limits = { maximumNotionalMinor: usd(1_000_000), maximumOpenOrders: 99, ordersPerSecond: 1, orderBurst: 1 };
    exchange.input(0, {
      kind: "SET_LIMITS",
      head: exchange.head("ann"),
      limits: { ...limits, quantityLimits: [] },
      field: "",
    });
    const kindOf = () =>
      only(
        exchange.submit("ann", limitOrder("BUY", "1", "100"), {
          quote: { bid: "1", ask: "2", last: "1", time: exchange.now },
        }),
      ).body.kind;
    expect(kindOf()).toBe("ORDER_ACCEPTED");
    exchange.now -= 3_600_000;
    expect(kindOf()).toBe("COMMAND_ANSWERED");
    exchange.now += 999;
    expect(kindOf()).toBe("COMMAND_ANSWERED");
    exchange.now += 1;
    expect(kindOf()).toBe("ORDER_ACCEPTED");
    expect(exchange.shards[0]?.logTime).toBe(START);
  });
});

describe("house accounts", () => {
  beforeEach(() => {
    exchange.open("house-BTC-USD", { USD: "1000000", BTC: "10" }, "house");
    const amounts = [
      { asset: "BTC", amount: "10" },
      { asset: "USD", amount: "1000000" },
    ];
    const head = exchange.head("house-BTC-USD", { principal: undefined });
    exchange.input(0, { kind: "ALLOT", head, instrumentId: "BTC-USD", amounts });
  });

  test("an allotment is reserved, and goes to the venue", () => {
    expect(holds(exchange, "house-BTC-USD", "USD")).toEqual([0n, usd(1_000_000)]);
    expect(exchange.events[0]?.at(-1)?.linkOut).toEqual({ destination: "venue/0", number: 1 });
    checkShard(exchange.shards[0] as never);
  });

  test("what its participants trade moves within what is reserved, without a fee", () => {
    const { body } = only(exchange.input(0, bought("house-BTC-USD-17", "house-BTC-USD", 5_000_000)));
    expect(body).toMatchObject({ kind: "ALLOTMENT_TRADED", fill: { feeMinor: 0n } });
    expect(holds(exchange, "house-BTC-USD", "USD")).toEqual([0n, usd(950_000)]);
    expect(holds(exchange, "house-BTC-USD", "BTC")).toEqual([0n, 1_100_000_000n]);
    checkShard(exchange.shards[0] as never);
  });

  test("spending more than the allotment stops the shard", () => {
    const report = { ...bought("house-1", "house-BTC-USD", 5_000_000), lastQuantityLots: 200_001 };
    expect(() => exchange.input(0, report)).toThrow("more than their allotment");
  });
});

test("S9, S13: an owner's timer that finds nothing due has no event and changes nothing, not even time", () => {
  exchange.now += 5_000;
  expect(exchange.input(0, { kind: "TIMER_DUE", time: exchange.now })).toEqual([]);
  expect(exchange.shards[0]?.logTime).toBe(START);
});
