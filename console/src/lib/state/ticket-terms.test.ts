import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, describe as group, test } from "vitest";
import { describe, fieldOf, priceFor, quantityFor, readTerms, type TicketInput } from "./ticket-terms.ts";

const BTC = create(InstrumentSchema, {
  instrumentId: "BTC-USD",
  baseAsset: "BTC",
  quoteAsset: "USD",
  tick: "0.01",
  lot: "0.0001",
  takerFee: "0.0005",
  collar: "0.05",
});
const INPUT: TicketInput = {
  side: Side.BUY,
  type: OrderType.LIMIT,
  quantity: "0.5",
  price: "50,000",
  timeInForce: TimeInForce.GTC,
  postOnly: false,
  selfTrade: SelfTradePrevention.CANCEL_NEWEST,
  label: "",
};

group("what stands in the ticket", () => {
  test("becomes terms", () => {
    expect(readTerms(INPUT, BTC)).toMatchObject({ terms: { quantity: "0.5", limitPrice: "50000", postOnly: false } });
  });

  test("with what stands under more", () => {
    const more = { selfTrade: SelfTradePrevention.CANCEL_BOTH, label: " scalp 7 " };
    const terms = { selfTradePrevention: SelfTradePrevention.CANCEL_BOTH, clientOrderId: "scalp 7" };
    expect(readTerms({ ...INPUT, ...more }, BTC)).toMatchObject({ terms });
    for (const label of ["é", "x".repeat(65)]) {
      expect(readTerms({ ...INPUT, label }, BTC)).toMatchObject({ problems: { label: expect.any(String) } });
    }
  });

  test("a market order has no price, is not post-only, and is over at once", () => {
    const input = { ...INPUT, type: OrderType.MARKET, postOnly: true };
    expect(readTerms(input, BTC)).toMatchObject({
      terms: { limitPrice: "", postOnly: false, timeInForce: TimeInForce.IOC },
    });
  });

  test.each([
    [{ quantity: " " }, {}],
    [{ price: "" }, {}],
    [{ quantity: "0.00005" }, { quantity: "Quantities here go in steps of 0.0001." }],
    [{ quantity: "0" }, { quantity: "Must be above zero." }],
    [{ quantity: "lots" }, { quantity: "Not a number." }],
    [{ quantity: "0,5" }, { quantity: "Not a number: decimals take a point." }],
    [{ price: "50000,01" }, { price: "Not a number: decimals take a point." }],
    [{ price: "50000.001" }, { price: "Prices here go in steps of 0.01." }],
  ])("%j is refused beside its field", (change, problems) => {
    expect(readTerms({ ...INPUT, ...change }, BTC)).toEqual({ problems });
  });

  test("the button says what it will do", () => {
    const read = readTerms({ ...INPUT, quantity: "1.5k" }, BTC);
    expect("terms" in read && describe(read.terms, BTC, 2)).toBe("Buy 1,500 BTC at 50,000.00");
  });
});

test.each([
  ["order.limit_price", Reason.OFF_TICK, "price"],
  ["", Reason.INSUFFICIENT_FUNDS, "quantity"],
  ["", Reason.WOULD_TAKE, "price"],
  ["order.time_in_force", Reason.UNSUPPORTED, "timeInForce"],
  ["", Reason.HALTED, "form"],
] as const)("a refusal of %j for %i stands beside %s", (field, reason, beside) => {
  expect(fieldOf(create(RefusalSchema, { field, reason }))).toBe(beside);
});

test.each([
  ["passive", Side.BUY, "99.98"],
  ["aggressive", Side.BUY, "100.01"],
  ["mid", Side.BUY, "99.99"],
  ["mid", Side.SELL, "100"],
  ["passive", Side.SELL, "100.01"],
  ["aggressive", Side.SELL, "99.98"],
] as const)("%s for side %i is %s", (stance, side, price) => {
  expect(priceFor(stance, side, { bid: "99.98", ask: "100.01", mid: "99.995" }, "0.01")).toBe(price);
});

test("a share of what is available leaves room for fees, and for the collar of a market order", () => {
  expect(quantityFor(100, Side.BUY, OrderType.LIMIT, "50000", "50000", BTC)).toBe("0.9995");
  expect(quantityFor(100, Side.BUY, OrderType.MARKET, "50000", "50000", BTC)).toBe("0.9519");
  expect(quantityFor(25, Side.SELL, OrderType.LIMIT, "1.00003", "50000", BTC)).toBe("0.25");
  expect(quantityFor(50, Side.BUY, OrderType.LIMIT, "50000", undefined, BTC)).toBeUndefined();
});
