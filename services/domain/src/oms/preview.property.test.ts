import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../account/account-limits.ts";
import { preview } from "../limits/preview.ts";
import { keptOf } from "../limits/refusal.ts";
import { BTC_USD, Exchange, limitOrder, listingOf, START } from "./exchange.fixture.ts";
import { momentOf } from "./make-event.ts";

const order = fc.record({
  side: fc.constantFrom("BUY" as const, "SELL" as const),
  type: fc.constantFrom("LIMIT" as const, "LIMIT" as const, "MARKET" as const, "STOP" as const),
  timeInForce: fc.constantFrom("UNSPECIFIED" as const, "GTC" as const, "IOC" as const, "FOK" as const, "GTD" as const),
  quantity: fc.oneof(
    fc.integer({ min: 1, max: 300_000 }).map((lots) => String(lots / 10_000)),
    fc.constantFrom("0", "1.00001", "x"),
  ),
  limitPrice: fc.oneof(
    fc.integer({ min: 1, max: 12_000_000 }).map((ticks) => String(ticks / 100)),
    fc.constant(""),
  ),
  stopPrice: fc.constantFrom("", "", "", "100"),
  postOnly: fc.boolean(),
  hidden: fc.integer({ min: 0, max: 20 }).map((one) => one === 0),
});
const age = fc.constantFrom(0, 0, 0, 0, 4_000, 6_000);

test("preview and submit agree in refusal and in every number on 10,000 random orders", () => {
  const exchange = new Exchange();
  exchange.define(listingOf(BTC_USD));
  exchange.open("ann", { USD: "900000", BTC: "20" });
  const state = exchange.state("ann");
  const account = state.account("ann");
  account.limits = { ...DEFAULT_LIMITS, ordersPerSecond: 100, orderBurst: 3 };
  const seen = new Set<string>();
  fc.assert(
    fc.property(order, age, fc.nat(3), (terms, milliseconds, passes) => {
      exchange.now += passes;
      const quote = { bid: "49990", ask: "50010", last: "50000", time: exchange.now - milliseconds };
      const asked = limitOrder(terms.side, terms.quantity, terms.limitPrice, terms);
      const moment = momentOf(state, exchange.now);
      const { assessment, balancesAfter, warnings } = preview(asked, account, state.listing("BTC-USD"), quote, moment);
      const [event] = exchange.submit("ann", asked, { quote });
      const body = event?.body;
      const refusal = body?.kind === "COMMAND_ANSWERED" || body?.kind === "ORDER_DENIED" ? body.refusal : undefined;
      expect(assessment.refusal).toEqual(refusal);
      expect(warnings.some(({ kind }) => kind === "BLOCK")).toBe(refusal !== undefined);
      if (refusal !== undefined) expect(keptOf(refusal)).toBe(body?.kind === "ORDER_DENIED" ? "ORDER" : "NOTHING");
      seen.add(refusal?.reason ?? "accepted");
      if (body?.kind === "ORDER_ACCEPTED") {
        expect(body.progress.reservedMinor).toBe(assessment.requiredMinor);
        expect(body.terms.protectionPriceTicks).toBe(assessment.protectionPriceTicks);
      }
      for (const { asset, availableMinor, reservedMinor } of balancesAfter) {
        expect([availableMinor, reservedMinor]).toEqual([account.availableMinor(asset), account.reservedMinor(asset)]);
      }
      if (account.openOrders > 40)
        exchange.input(0, { kind: "CANCEL_MANY", head: exchange.head("ann"), instrumentId: "", side: undefined });
      exchange.settle();
    }),
    { numRuns: 10_000, seed: START % 1_000_003 },
  );
  const met = [
    "accepted",
    "INSUFFICIENT_FUNDS",
    "NOTIONAL_LIMIT",
    "UNSUPPORTED",
    "VENUE_AWAY",
    "RATE_LIMIT",
    "OFF_LOT",
  ];
  for (const reason of met) expect([reason, seen.has(reason)]).toEqual([reason, true]);
});
