import { expect } from "vitest";
import { BTC_USD, Exchange, limitOrder, listingOf, START } from "./exchange.fixture.ts";
import type { VenueReportInput } from "./oms-command.ts";
import type { OmsEvent, OrderMoved } from "./oms-event.ts";

/** One shard, BTC-USD, and two accounts of 100,000 USD and 2 BTC. */
export function newExchange(): Exchange {
  const exchange = new Exchange();
  exchange.define(listingOf(BTC_USD));
  exchange.open("ann", { USD: "100000", BTC: "2" });
  exchange.open("bob", { USD: "100000", BTC: "2" });
  return exchange;
}

/** Available and reserved. */
export function holds(exchange: Exchange, account: string, asset: string): [bigint, bigint] {
  const found = exchange.state(account).account(account);
  return [found.availableMinor(asset), found.reservedMinor(asset)];
}

export function only(events: readonly OmsEvent[]): OmsEvent {
  expect(events).toHaveLength(1);
  return events[0] as OmsEvent;
}

export function refusalOf(events: readonly OmsEvent[]): unknown {
  const { body } = only(events);
  if (body.kind === "ORDER_DENIED") return body.refusal;
  expect(body.kind).toBe("COMMAND_ANSWERED");
  return body.kind === "COMMAND_ANSWERED" ? body.refusal : undefined;
}

/** Submits an order that is accepted; its id. */
export function place(
  exchange: Exchange,
  account: string,
  side: "BUY" | "SELL",
  quantity: string,
  price: string,
  change: Parameters<typeof limitOrder>[3] = {},
): string {
  const { orderId, body } = only(exchange.submit(account, limitOrder(side, quantity, price, change)));
  expect(body.kind).toBe("ORDER_ACCEPTED");
  return orderId;
}

export function order(exchange: Exchange, orderId: string) {
  return exchange.shards[0]?.orders.get(orderId);
}

export function lastOf(exchange: Exchange, orderId: string): OrderMoved {
  return exchange.events[0]?.filter((event) => event.orderId === orderId).at(-1)?.body as OrderMoved;
}

/** A fill of 1 BTC bought, without a total to compare. */
export function bought(orderId: string, accountId: string, lastPriceTicks: number): VenueReportInput {
  return {
    kind: "REPORT",
    commandId: "",
    orderId,
    version: 1,
    accountId,
    instrumentId: "BTC-USD",
    side: "BUY",
    executionType: "TRADE",
    lastQuantityLots: 10_000,
    lastPriceTicks,
    leavesLots: 0,
    cumulativeLots: 10_000,
    liquidity: "TAKER",
    matchId: "m",
    linkTotals: [],
    occurredAt: START,
  };
}
