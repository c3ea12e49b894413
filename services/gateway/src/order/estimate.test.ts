import type { Listing } from "@atlas/domain/order/listing";
import { LevelSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { type NewOrder, NewOrderSchema, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { estimate, priceOfNotional } from "./estimate.ts";

const listing: Listing = {
  instrument: {
    instrumentId: "BTC-USD",
    baseAsset: "BTC",
    quoteAsset: "USD",
    tickMinor: 1_000_000,
    lotMinor: 10_000,
    notionalPerTickLot: 100n,
  },
  minimumNotionalMinor: 0n,
  maximumNotionalMinor: 10n ** 18n,
  defaultMaximumLots: 1_000_000,
  makerRateE8: 20_000n,
  takerRateE8: 50_000n,
  collarE8: 5_000_000n,
  version: 1,
};
const level = (price: string, quantity: string) => create(LevelSchema, { price, quantity, orderCount: 1 });
const asks = [level("100", "1"), level("101", "2"), level("103", "1"), level("105", "50")];
const bids = [level("99", "1"), level("98", "1")];

const LIMIT = { type: OrderType.LIMIT };
const MARKET = { type: OrderType.MARKET };
const SELL = { side: Side.SELL };

/** The collar leads to 104 and to 95. */
function worstOf(order: NewOrder): number {
  const price = order.type === OrderType.LIMIT ? order.limitPrice : order.side === Side.BUY ? "104" : "95";
  return Number(price) * 100;
}

test.each<[string, MessageInitShape<typeof NewOrderSchema>, string, string]>([
  ["a part of the best level", { ...MARKET, quantity: "0.5" }, "100", "0.025"],
  ["several levels, the last in part", { ...MARKET, quantity: "2" }, "100.5", "0.1005"],
  ["more than there is within the collar: all that is", { ...MARKET, quantity: "9" }, "101.25", "0.2025"],
  ["an average that is no decimal, half to even", { ...MARKET, quantity: "3" }, "100.66666667", "0.151"],
  [
    "only levels within the limit; the rest rests",
    { ...LIMIT, quantity: "9", limitPrice: "101" },
    "100.66666667",
    "0.151",
  ],
  ["nothing within the limit: it rests there", { ...LIMIT, quantity: "9", limitPrice: "99.99" }, "99.99", "0"],
  ["the other side of a sell", { ...LIMIT, ...SELL, quantity: "2", limitPrice: "98" }, "98.5", "0.0985"],
  ["a sell that rests", { ...LIMIT, ...SELL, quantity: "2", limitPrice: "99.5" }, "99.5", "0"],
  ["POST_ONLY takes nothing", { ...LIMIT, quantity: "1", limitPrice: "101", postOnly: true }, "101", "0"],
  [
    "FOK takes all",
    { ...LIMIT, quantity: "3", limitPrice: "101", timeInForce: TimeInForce.FOK },
    "100.66666667",
    "0.151",
  ],
  ["or nothing", { ...LIMIT, quantity: "3.1", limitPrice: "101", timeInForce: TimeInForce.FOK }, "101", "0"],
  ["fees are rounded up", { ...MARKET, quantity: "0.0001", ...SELL }, "99", "0.00000495"],
])("%s", (_name, terms, averagePrice, fees) => {
  const order = create(NewOrderSchema, { instrumentId: "BTC-USD", side: Side.BUY, ...terms });
  expect(estimate(order, listing, order.side === Side.BUY ? asks : bids, worstOf(order))).toEqual({
    averagePrice,
    fees,
  });
});

test("without a book a market order has no price", () => {
  const order = create(NewOrderSchema, { ...MARKET, side: Side.BUY, quantity: "1" });
  expect(estimate(order, listing, [], worstOf(order))).toEqual({ averagePrice: "", fees: "0" });
});

test("a more than visible sell is averaged over what is visible", () => {
  const order = create(NewOrderSchema, { ...MARKET, ...SELL, quantity: "10" });
  expect(estimate(order, listing, bids, worstOf(order))).toEqual({ averagePrice: "98.5", fees: "0.0985" });
});

test("a notional tells its price", () => {
  const order = create(NewOrderSchema, { quantity: "2.5" });
  expect(priceOfNotional(order, listing, "260")).toBe(10_400);
});
