import { beforeEach, describe, expect, test } from "vitest";
import { BTC_USD, Exchange, limitOrder, listingOf, marketOrder, usd } from "./exchange.fixture.ts";
import { checkSettled, checkShard } from "./invariants.fixture.ts";
import { bought, holds, lastOf, newExchange, only, order, place, refusalOf } from "./orders.fixture.ts";

let exchange: Exchange;

beforeEach(() => {
  exchange = newExchange();
});

describe("an order's life", () => {
  test("reserved, live, filled, settled, with the fees of both sides", () => {
    const sell = place(exchange, "bob", "SELL", "1", "50000");
    exchange.settle();
    expect(order(exchange, sell)?.status).toBe("LIVE");
    expect(holds(exchange, "bob", "BTC")).toEqual([100_000_000n, 100_000_000n]);
    const buy = place(exchange, "ann", "BUY", "1", "50100");
    expect(holds(exchange, "ann", "USD")).toEqual([usd(100_000 - 50_100 - 25.05), usd(50_100 + 25.05)]);
    exchange.settle();
    expect([order(exchange, sell), order(exchange, buy)]).toEqual([undefined, undefined]);
    expect(holds(exchange, "ann", "USD")).toEqual([usd(100_000 - 50_000 - 25), 0n]);
    expect(holds(exchange, "ann", "BTC")).toEqual([300_000_000n, 0n]);
    expect(holds(exchange, "bob", "USD")).toEqual([usd(150_000 - 10), 0n]);
    expect(exchange.shards[0]?.totals.asset("USD").feesMinor).toBe(usd(35));
    checkSettled(exchange);
  });

  test("fills have ids of their own, in whichever shard", () => {
    const both = new Exchange(2);
    both.define(listingOf(BTC_USD));
    const [ann, bob] = [0, 1].map((shard) => {
      const name = ["ann", "bob", "cid", "dan", "eve"].find((account) => both.shardOf(account) === shard) ?? "";
      both.open(name, { USD: "100000", BTC: "2" });
      return name;
    }) as [string, string];
    both.submit(ann, limitOrder("SELL", "1", "50000"));
    both.submit(bob, limitOrder("BUY", "1", "40000"));
    both.settle();
    both.submit(bob, limitOrder("BUY", "1", "50000"));
    both.settle();
    const fills = both.events
      .flat()
      .flatMap(({ body }) => (body.kind === "ORDER_FILLED" ? [body.fill?.executionId] : []));
    expect(fills).toEqual(["venue/0:oms/0:2", "venue/0:oms/1:2"]);
  });

  test("D1: 0.8 filled by eight times 0.1 leaves exactly nothing", () => {
    place(exchange, "bob", "SELL", "0.8", "50000");
    for (let count = 0; count < 8; count++) place(exchange, "ann", "BUY", "0.1", "50000");
    exchange.settle();
    expect(holds(exchange, "bob", "BTC")).toEqual([120_000_000n, 0n]);
    expect(holds(exchange, "ann", "BTC")).toEqual([280_000_000n, 0n]);
    expect(holds(exchange, "ann", "USD")[1]).toBe(0n);
    expect(exchange.shards[0]?.orders.size).toBe(0);
  });

  test("D2: buy 1 at 100, cancel: available as before to the last unit, reserved nothing", () => {
    const before = holds(exchange, "ann", "USD");
    const orderId = place(exchange, "ann", "BUY", "1", "100");
    exchange.settle();
    exchange.cancel("ann", orderId);
    expect(order(exchange, orderId)?.status).toBe("PENDING_CANCEL");
    exchange.settle();
    expect(holds(exchange, "ann", "USD")).toEqual(before);
    expect(lastOf(exchange, orderId).progress).toMatchObject({
      status: "CANCELED",
      leavesLots: 0,
      canceledLots: 10_000,
    });
  });

  test("the seed's example: 100,000 available, buy 1 at 50,000, a second of 60,000 is refused and kept", () => {
    exchange.define(listingOf(BTC_USD, { makerRateE8: 0n, takerRateE8: 0n, version: 2 }));
    place(exchange, "ann", "BUY", "1", "50000");
    expect(holds(exchange, "ann", "USD")).toEqual([usd(50_000), usd(50_000)]);
    const denied = exchange.submit("ann", limitOrder("BUY", "1", "60000"));
    expect(only(denied).request).toBeDefined();
    expect(refusalOf(denied)).toMatchObject({
      reason: "INSUFFICIENT_FUNDS",
      field: "order.quantity",
      requiredMinor: usd(60_000),
    });
    expect(holds(exchange, "ann", "USD")).toEqual([usd(50_000), usd(50_000)]);
  });

  test("a MARKET order costs at most its collar; the rest is canceled and freed", () => {
    place(exchange, "bob", "SELL", "0.5", "50010");
    exchange.settle();
    const { orderId } = only(exchange.submit("ann", marketOrder("BUY", "1")));
    expect(order(exchange, orderId)?.terms.protectionPriceTicks).toBe(5_251_050);
    expect(holds(exchange, "ann", "USD")[1]).toBe(5_253_675_525_000n);
    exchange.settle();
    expect(lastOf(exchange, orderId).progress).toMatchObject({
      status: "CANCELED",
      cumulativeLots: 5_000,
      canceledLots: 5_000,
    });
    expect(holds(exchange, "ann", "USD")[1]).toBe(0n);
    checkSettled(exchange);
  });

  test("I8: a venue that trades beyond a limit stops the shard", () => {
    const orderId = place(exchange, "ann", "BUY", "1", "50000");
    expect(() => exchange.input(0, bought(orderId, "ann", 5_000_001))).toThrow("beyond its limit");
  });

  test("I1: a venue whose total differs stops the shard", () => {
    const orderId = place(exchange, "ann", "BUY", "1", "50000");
    const linkTotals = [{ asset: "USD", amountMinor: usd(49_999) }];
    expect(() => exchange.input(0, { ...bought(orderId, "ann", 5_000_000), linkTotals })).toThrow("clearing of USD");
  });
});

describe("S17: what is not open", () => {
  test("a cancel or replace of it is answered NOT_OPEN and uses no id", () => {
    const orderId = place(exchange, "ann", "BUY", "1", "100");
    exchange.settle();
    exchange.cancel("ann", orderId);
    exchange.settle();
    const late = exchange.cancel("ann", orderId);
    expect(refusalOf(late)).toEqual({ reason: "NOT_OPEN", orderId });
    expect(only(late).request).toBeUndefined();
    expect(refusalOf(exchange.replace("ann", orderId, "2", ""))).toEqual({ reason: "NOT_OPEN", orderId });
    expect(refusalOf(exchange.cancel("ann", "00never"))).toEqual({ reason: "NOT_OPEN", orderId: "00never" });
  });

  test("another's order is not open either", () => {
    const orderId = place(exchange, "ann", "BUY", "1", "100");
    expect(refusalOf(exchange.cancel("bob", orderId))).toEqual({ reason: "NOT_OPEN", orderId });
  });

  test("D5 F16: a report for it has no effect but to be counted", () => {
    const orderId = place(exchange, "ann", "BUY", "1", "50000");
    exchange.settle();
    exchange.cancel("ann", orderId);
    exchange.settle();
    const before = holds(exchange, "ann", "USD");
    const { body } = only(exchange.input(0, bought(orderId, "ann", 5_000_000)));
    expect(body.kind).toBe("REPORT_UNMATCHED");
    expect(holds(exchange, "ann", "USD")).toEqual(before);
    expect(exchange.shards[0]?.anomalies).toBe(1);
  });

  test("D5 F16: a repeated fill does not continue the order and has no effect", () => {
    const orderId = place(exchange, "ann", "BUY", "2", "40000");
    const half = { ...bought(orderId, "ann", 4_000_000), leavesLots: 10_000 };
    expect(only(exchange.input(0, half)).body.kind).toBe("ORDER_FILLED");
    expect(only(exchange.input(0, half)).body.kind).toBe("REPORT_UNMATCHED");
    checkShard(exchange.shards[0] as never);
  });

  test.each([
    ["CANCELED", { leavesLots: 0 }],
    ["EXPIRED", { leavesLots: 0 }],
    ["STATUS", { leavesLots: 5_000 }],
    ["STATUS", { leavesLots: 10_001, cumulativeLots: 0 }],
    ["REPLACED", { leavesLots: 10_000, cumulativeLots: 0 }],
    ["REPLACE_REFUSED", { cumulativeLots: 0 }],
    ["CANCEL_REFUSED", { cumulativeLots: 0 }],
  ] as const)("D5: %s that does not fit the order as it stands has no effect: %j", (executionType, change) => {
    const orderId = place(exchange, "ann", "BUY", "1", "50000");
    const report = { ...bought(orderId, "ann", 0), cumulativeLots: 1, lastQuantityLots: 0, ...change };
    const { body } = only(exchange.input(0, { ...report, executionType }));
    expect(body.kind).toBe("REPORT_UNMATCHED");
    expect(order(exchange, orderId)).toMatchObject({ status: "PENDING_SUBMIT", version: 1 });
  });
});
