import { expect, test } from "vitest";
import { STARTING_INSTRUMENTS } from "../instrument/starting-instruments.ts";
import { parseQuantity, printPrice, printQuantity } from "../instrument/step.ts";
import { decideVenue } from "./decide-venue.ts";
import { matchingVenue } from "./matching-venue.ts";
import { lines } from "./testing/scenario.ts";
import type { PlaceOrder } from "./venue-input.ts";

test("the starting instruments are DOMAIN.md's", () => {
  const { books } = matchingVenue(STARTING_INSTRUMENTS);
  const table = books.map(({ instrument }, index) => {
    const { referencePriceTicks, maximumQuantityLots } = STARTING_INSTRUMENTS[
      index
    ] as (typeof STARTING_INSTRUMENTS)[0];
    const reference = referencePriceTicks === undefined ? "-" : printPrice(instrument, referencePriceTicks);
    const maximum = printQuantity(instrument, maximumQuantityLots);
    return [instrument.instrumentId, reference, printPrice(instrument, 1), printQuantity(instrument, 1), maximum].join(
      " ",
    );
  });
  expect(table).toEqual([
    "BTC-USD 50000 0.01 0.0001 100",
    "ETH-USD 3000 0.01 0.001 1000",
    "SOL-USD 100 0.01 0.01 20000",
    "AAPL-USD 200 0.01 1 10000",
    "EUR-USD 1.1 0.00001 1 1000000",
    "BTC-USDT - 0.01 0.00001 100",
  ]);
});

test("matches without an owner, a limit in time, a collar or funds; sequences start at 1", () => {
  const state = matchingVenue(STARTING_INSTRUMENTS);
  const quantityLots = parseQuantity((state.books[0] as (typeof state.books)[0]).instrument, "1000000") as number;
  const order: PlaceOrder = {
    kind: "PLACE_ORDER",
    instrumentId: "BTC-USD",
    orderId: "a",
    version: 0,
    accountId: "one",
    ownerId: undefined,
    side: "SELL",
    type: "LIMIT",
    timeInForce: "GTC",
    quantityLots,
    limitPriceTicks: 1,
    protectionPriceTicks: undefined,
    postOnly: false,
    selfTradePrevention: "CANCEL_NEWEST",
    validUntil: undefined,
  };
  const time = { appendTime: 0, logTime: 0 };
  expect(decideVenue(state, order, time).market[0]).toMatchObject({ sequence: 1, shardSequence: 1 });
  const buy: PlaceOrder = {
    ...order,
    orderId: "b",
    side: "BUY",
    type: "MARKET",
    timeInForce: "IOC",
    limitPriceTicks: undefined,
  };
  expect(lines(decideVenue(state, buy, time))).toEqual(["b CANCELED, 0 open, 0 done: CANCELED (SELF_TRADE_PREVENTED)"]);
  expect(decideVenue(state, { ...buy, accountId: "two" }, time).reports.at(-1)).toMatchObject({ status: "FILLED" });
});
