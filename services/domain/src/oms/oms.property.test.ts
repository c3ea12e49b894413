import fc from "fast-check";
import { expect, test } from "vitest";
import { BTC_USD, Exchange, limitOrder, listingOf, marketOrder } from "./exchange.fixture.ts";
import { checkSettled, checkShard } from "./invariants.fixture.ts";
import type { OmsEvent } from "./oms-event.ts";

const ACCOUNTS = ["a", "b", "c", "d"];

type Action =
  | {
      readonly kind: "submit";
      readonly who: number;
      readonly buy: boolean;
      readonly lots: number;
      readonly ticks: number;
      readonly terms: number;
    }
  | { readonly kind: "market"; readonly who: number; readonly buy: boolean; readonly lots: number }
  | { readonly kind: "cancel"; readonly who: number; readonly pick: number }
  | {
      readonly kind: "replace";
      readonly who: number;
      readonly pick: number;
      readonly lots: number;
      readonly ticks: number;
    }
  | { readonly kind: "cancelAll"; readonly who: number }
  | { readonly kind: "deliver"; readonly choice: number; readonly count: number }
  | { readonly kind: "withdraw"; readonly who: number };

const who = fc.nat(ACCOUNTS.length - 1);
const lots = fc.integer({ min: 1, max: 150 });
/** 49,990.00 to 50,010.00. */
const ticks = fc.integer({ min: 4_999_000, max: 5_001_000 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      who,
      buy: fc.boolean(),
      lots,
      ticks,
      terms: fc.nat(9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("market" as const), who, buy: fc.boolean(), lots }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), who, pick: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("replace" as const), who, pick: fc.nat(20), lots, ticks }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancelAll" as const), who }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("deliver" as const),
      choice: fc.nat(7),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), who }) },
);

function newExchange(): Exchange {
  const exchange = new Exchange(2);
  exchange.define(listingOf(BTC_USD, { makerRateE8: -10_000n, takerRateE8: 33_333n }));
  for (const account of ACCOUNTS) exchange.open(account, { USD: "1300", BTC: "0.03" }, account === "d" ? "a" : account);
  return exchange;
}

function perform(exchange: Exchange, step: Action): void {
  if (step.kind === "deliver") {
    for (let index = 0; index < step.count; index++) exchange.deliver(step.choice + index);
    return;
  }
  const account = ACCOUNTS[step.who] as string;
  const shard = exchange.shardOf(account);
  const quantity = (count: number) => String(count / 10_000);
  switch (step.kind) {
    case "submit": {
      const mode = (["CANCEL_NEWEST", "CANCEL_OLDEST", "CANCEL_BOTH", "DECREMENT", "ALLOW"] as const)[step.terms % 5];
      const timeInForce = (["GTC", "IOC", "FOK", "GTC", "GTC"] as const)[step.terms >> 1];
      const order = limitOrder(step.buy ? "BUY" : "SELL", quantity(step.lots), String(step.ticks / 100), {
        selfTradePrevention: mode,
        timeInForce,
        postOnly: timeInForce === "GTC" && step.terms === 9,
      });
      exchange.submit(account, order);
      return;
    }
    case "market":
      exchange.submit(account, marketOrder(step.buy ? "BUY" : "SELL", quantity(step.lots)));
      return;
    case "cancel":
    case "replace": {
      const open = openOrders(exchange, account);
      const orderId = open[step.pick % (open.length || 1)];
      if (orderId === undefined) return;
      if (step.kind === "cancel") exchange.cancel(account, orderId);
      else exchange.replace(account, orderId, quantity(step.lots), step.lots % 3 === 0 ? "" : String(step.ticks / 100));
      return;
    }
    case "cancelAll":
      exchange.input(shard, { kind: "CANCEL_MANY", head: exchange.head(account), instrumentId: "", side: undefined });
      return;
    case "withdraw":
      exchange.input(shard, { kind: "WITHDRAW", head: exchange.head(account), asset: "USD", amount: "17.25" });
  }
}

function openOrders(exchange: Exchange, account: string): string[] {
  const ids: string[] = [];
  let order = exchange.state(account).accounts.get(account)?.firstOrder;
  for (; order !== undefined; order = order.next) ids.push(order.terms.orderId);
  return ids;
}

const FINAL = ["FILLED", "CANCELED", "REJECTED", "EXPIRED"];

/** Versions rise by one, cumulative never falls, the parts add up, nothing follows an end, and no trade is beyond a limit. */
function checkLives(events: readonly OmsEvent[]): void {
  const last = new Map<string, { version: number; cumulativeLots: number; status: string }>();
  for (const { body, orderId } of events) {
    if (!("progress" in body)) continue;
    const { progress } = body;
    const before = last.get(orderId);
    expect(progress.version).toBe((before?.version ?? 0) + 1);
    expect(progress.cumulativeLots).toBeGreaterThanOrEqual(before?.cumulativeLots ?? 0);
    expect(FINAL).not.toContain(before?.status);
    expect(progress.cumulativeLots + progress.leavesLots + progress.canceledLots).toBe(progress.quantityLots);
    if (FINAL.includes(progress.status)) expect([progress.leavesLots, progress.reservedMinor]).toEqual([0, 0n]);
    last.set(orderId, progress);
  }
}

/** Two fills to a match, one a side, of the same price and quantity. */
function checkMatches(exchange: Exchange): void {
  const matches = new Map<string, { side: string; priceTicks: number; quantityLots: number }[]>();
  for (const { body } of exchange.events.flat()) {
    if (body.kind !== "ORDER_FILLED" || body.fill === undefined) continue;
    matches.set(body.fill.matchId, [...(matches.get(body.fill.matchId) ?? []), body.fill]);
  }
  for (const [maker, taker, ...others] of matches.values()) {
    expect(others).toEqual([]);
    expect(maker?.side).not.toBe(taker?.side);
    expect([maker?.priceTicks, maker?.quantityLots]).toEqual([taker?.priceTicks, taker?.quantityLots]);
  }
}

/** Only a cancel or replace that found its order gone speaks of an order that has ended. */
function checkUnmatched(exchange: Exchange): void {
  exchange.events.forEach((events, shard) => {
    for (const { body, offset } of events) {
      if (body.kind !== "REPORT_UNMATCHED") continue;
      const command = exchange.inputs[shard]?.[offset]?.command;
      expect(command?.kind === "REPORT" && command.executionType).toMatch(/^(CANCEL|REPLACE)_REFUSED$/);
    }
  });
}

test("I1 I2 I3 I4 I5 I8 I14 D1 D7: money, reservations and quantities add up at every step of every race", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(action, { minLength: 40, maxLength: 80 }), (steps) => {
      const exchange = newExchange();
      for (const step of steps) {
        perform(exchange, step);
        for (const state of exchange.shards) checkShard(state);
      }
      exchange.settle();
      checkSettled(exchange);
      checkMatches(exchange);
      checkUnmatched(exchange);
      for (const events of exchange.events) {
        checkLives(events);
        for (const { body } of events) seen.set(body.kind, (seen.get(body.kind) ?? 0) + 1);
      }
    }),
    { numRuns: 60 },
  );
  for (const kind of COMMON) expect([kind, seen.get(kind) ?? 0]).not.toEqual([kind, 0]);
});

/** What a run that means anything has seen. */
const COMMON = [
  "ORDER_ACCEPTED",
  "ORDER_DENIED",
  "ORDER_LIVE",
  "ORDER_FILLED",
  "CANCEL_REQUESTED",
  "ORDER_CANCELED",
  "REPLACE_REQUESTED",
  "ORDER_REPLACED",
  "ORDER_REDUCED",
  "REPORT_UNMATCHED",
  "COMMAND_ANSWERED",
  "WORK_ADVANCED",
];
