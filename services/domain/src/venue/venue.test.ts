import { describe, expect, test } from "vitest";
import type { SelfTradePrevention } from "../instrument/terms.ts";
import { partitionOf } from "../partition/partition.ts";
import { lines, Scenario } from "./testing/scenario.ts";
import type { PlaceOrder } from "./venue-input.ts";
import { restoreVenue, snapshotVenue } from "./venue-snapshot.ts";

function scenario(): Scenario {
  const venue = new Scenario();
  venue.define();
  return venue;
}

describe("placing", () => {
  test("NEW only when an order comes to rest without having traded", () => {
    const venue = scenario();
    expect(lines(venue.place("a", "SELL 10 @ 100"))).toEqual(["a NEW, 10 open, 0 done: LIVE"]);
    expect(lines(venue.place("b", "BUY 15 @ 100"))).toEqual([
      "a TRADE 10 @ 100, 0 open, 10 done: FILLED",
      "b TRADE 10 @ 100, 5 open, 10 done: PARTIALLY_FILLED",
    ]);
    expect(venue.state.bookOf.get("X-USD")?.handleOf.has("b")).toBe(true);
  });

  test("I8: per match the maker's report, then the taker's, one match id, at the maker's price", () => {
    const venue = scenario();
    venue.place("a", "SELL 2 @ 101");
    venue.place("b", "SELL 3 @ 100");
    venue.place("c", "SELL 3 @ 100");
    const output = venue.place("d", "BUY 7 @ 105");
    expect(lines(output)).toEqual([
      "b TRADE 3 @ 100, 0 open, 3 done: FILLED",
      "d TRADE 3 @ 100, 4 open, 3 done: PARTIALLY_FILLED",
      "c TRADE 3 @ 100, 0 open, 3 done: FILLED",
      "d TRADE 3 @ 100, 1 open, 6 done: PARTIALLY_FILLED",
      "a TRADE 1 @ 101, 1 open, 1 done: PARTIALLY_FILLED",
      "d TRADE 1 @ 101, 0 open, 7 done: FILLED",
    ]);
    expect(output.reports.map((report) => report.matchId)).toEqual(["v3-1", "v3-1", "v3-2", "v3-2", "v3-3", "v3-3"]);
    expect(output.reports.map((report) => report.liquidity)).toEqual([
      "MAKER",
      "TAKER",
      "MAKER",
      "TAKER",
      "MAKER",
      "TAKER",
    ]);
  });

  const remainders: readonly [string, string, Partial<PlaceOrder>, string[]][] = [
    [
      "IOC drops its rest",
      "BUY 8 @ 100",
      { timeInForce: "IOC" },
      [
        "a TRADE 5 @ 100, 0 open, 5 done: FILLED",
        "b TRADE 5 @ 100, 3 open, 5 done: PARTIALLY_FILLED",
        "b CANCELED, 0 open, 5 done: CANCELED (UNFILLED_REST)",
      ],
    ],
    [
      "IOC that meets nobody",
      "BUY 8 @ 99",
      { timeInForce: "IOC" },
      ["b CANCELED, 0 open, 0 done: CANCELED (UNFILLED_REST)"],
    ],
    [
      "FOK that cannot trade whole trades nothing",
      "BUY 8 @ 100",
      { timeInForce: "FOK" },
      ["b CANCELED, 0 open, 0 done: CANCELED (FOK_NOT_FILLED)"],
    ],
    [
      "FOK that can",
      "BUY 8 @ 103",
      { timeInForce: "FOK" },
      [
        "a TRADE 5 @ 100, 0 open, 5 done: FILLED",
        "b TRADE 5 @ 100, 3 open, 5 done: PARTIALLY_FILLED",
        "z TRADE 3 @ 103, 2 open, 3 done: PARTIALLY_FILLED",
        "b TRADE 3 @ 103, 0 open, 8 done: FILLED",
      ],
    ],
    [
      "MARKET stops at its collar",
      "BUY 8",
      { protectionPriceTicks: 102 },
      [
        "a TRADE 5 @ 100, 0 open, 5 done: FILLED",
        "b TRADE 5 @ 100, 3 open, 5 done: PARTIALLY_FILLED",
        "b CANCELED, 0 open, 5 done: CANCELED (COLLAR_REACHED)",
      ],
    ],
    [
      "MARKET without a collar takes any price, whatever its time in force",
      "BUY 12",
      { timeInForce: "GTC" },
      [
        "a TRADE 5 @ 100, 0 open, 5 done: FILLED",
        "b TRADE 5 @ 100, 7 open, 5 done: PARTIALLY_FILLED",
        "z TRADE 5 @ 103, 0 open, 5 done: FILLED",
        "b TRADE 5 @ 103, 2 open, 10 done: PARTIALLY_FILLED",
        "b CANCELED, 0 open, 10 done: CANCELED (UNFILLED_REST)",
      ],
    ],
    ["MARKET FOK", "BUY 12", { timeInForce: "FOK" }, ["b CANCELED, 0 open, 0 done: CANCELED (FOK_NOT_FILLED)"]],
    [
      "post-only that would take",
      "BUY 8 @ 100",
      { postOnly: true },
      ["b REJECTED, 0 open, 0 done: REJECTED (WOULD_TAKE)"],
    ],
    ["post-only that would not", "BUY 8 @ 99", { postOnly: true }, ["b NEW, 8 open, 0 done: LIVE"]],
    [
      "quantity that no sum could hold",
      `BUY ${Number.MAX_SAFE_INTEGER} @ 99`,
      {},
      ["b REJECTED, 0 open, 0 done: REJECTED (BOOK_FULL)"],
    ],
    [
      "an id that is on the book",
      "BUY 8 @ 99",
      { orderId: "a" },
      ["a REJECTED, 0 open, 0 done: REJECTED (DUPLICATE_ORDER)"],
    ],
    [
      "an instrument of elsewhere",
      "BUY 8 @ 99",
      { instrumentId: "Y-USD" },
      ["b REJECTED, 0 open, 0 done: REJECTED (UNKNOWN_INSTRUMENT)"],
    ],
  ];
  test.each(remainders)("%s", (_, terms, more, expected) => {
    const venue = scenario();
    venue.place("y", "BUY 1 @ 90");
    venue.place("a", "SELL 5 @ 100");
    venue.place("z", "SELL 5 @ 103");
    expect(lines(venue.place("b", terms, more))).toEqual(expected);
  });

  test.each([
    [0, ["b NEW, 1 open, 0 done: LIVE"]],
    [1, ["b REJECTED, 0 open, 0 done: REJECTED (COMMAND_EXPIRED)"]],
  ])("S11: appended %i ms after its valid_until", (late, expected) => {
    const venue = scenario();
    expect(lines(venue.place("b", "BUY 1 @ 99", { validUntil: venue.now - late }))).toEqual(expected);
  });
});

describe("D10 I12: self-trade prevention compares owners; the arriving order's mode rules", () => {
  const own = { ownerId: "o" };
  const rows: readonly [SelfTradePrevention, string, string[]][] = [
    [
      "CANCEL_NEWEST",
      "BUY 20 @ 101",
      [
        "n TRADE 4 @ 99, 0 open, 4 done: FILLED",
        "t TRADE 4 @ 99, 16 open, 4 done: PARTIALLY_FILLED",
        "t CANCELED, 0 open, 4 done: CANCELED (SELF_TRADE_PREVENTED)",
      ],
    ],
    [
      "CANCEL_OLDEST",
      "BUY 8 @ 101",
      [
        "n TRADE 4 @ 99, 0 open, 4 done: FILLED",
        "t TRADE 4 @ 99, 4 open, 4 done: PARTIALLY_FILLED",
        "a CANCELED, 0 open, 0 done: CANCELED (SELF_TRADE_PREVENTED)",
        "z TRADE 4 @ 101, 1 open, 4 done: PARTIALLY_FILLED",
        "t TRADE 4 @ 101, 0 open, 8 done: FILLED",
      ],
    ],
    [
      "CANCEL_BOTH",
      "BUY 20 @ 101",
      [
        "n TRADE 4 @ 99, 0 open, 4 done: FILLED",
        "t TRADE 4 @ 99, 16 open, 4 done: PARTIALLY_FILLED",
        "a CANCELED, 0 open, 0 done: CANCELED (SELF_TRADE_PREVENTED)",
        "t CANCELED, 0 open, 4 done: CANCELED (SELF_TRADE_PREVENTED)",
      ],
    ],
    [
      "DECREMENT",
      "BUY 16 @ 101",
      [
        "n TRADE 4 @ 99, 0 open, 4 done: FILLED",
        "t TRADE 4 @ 99, 12 open, 4 done: PARTIALLY_FILLED",
        "a CANCELED, 0 open, 0 done: CANCELED (SELF_TRADE_PREVENTED)",
        "t STATUS, 2 open, 4 done: PARTIALLY_FILLED (SELF_TRADE_PREVENTED)",
        "z TRADE 2 @ 101, 3 open, 2 done: PARTIALLY_FILLED",
        "t TRADE 2 @ 101, 0 open, 6 done: FILLED",
      ],
    ],
    [
      "DECREMENT",
      "BUY 9 @ 101",
      [
        "n TRADE 4 @ 99, 0 open, 4 done: FILLED",
        "t TRADE 4 @ 99, 5 open, 4 done: PARTIALLY_FILLED",
        "a STATUS, 5 open, 0 done: LIVE (SELF_TRADE_PREVENTED)",
        "t CANCELED, 0 open, 4 done: CANCELED (SELF_TRADE_PREVENTED)",
      ],
    ],
    [
      "ALLOW",
      "BUY 14 @ 101",
      [
        "n TRADE 4 @ 99, 0 open, 4 done: FILLED",
        "t TRADE 4 @ 99, 10 open, 4 done: PARTIALLY_FILLED",
        "a TRADE 10 @ 100, 0 open, 10 done: FILLED",
        "t TRADE 10 @ 100, 0 open, 14 done: FILLED",
      ],
    ],
  ];
  test.each(rows)("%s: %s", (selfTradePrevention, terms, expected) => {
    const venue = scenario();
    venue.place("n", "SELL 4 @ 99");
    venue.place("a", "SELL 10 @ 100", own);
    venue.place("z", "SELL 5 @ 101");
    expect(lines(venue.place("t", terms, { ...own, selfTradePrevention }))).toEqual(expected);
  });

  const whole: readonly [SelfTradePrevention, boolean][] = [
    ["CANCEL_NEWEST", false],
    ["CANCEL_OLDEST", true],
    ["CANCEL_BOTH", false],
    ["DECREMENT", false],
    ["ALLOW", true],
  ];
  test.each(whole)("FOK counts only what %s would let it trade", (selfTradePrevention, trades) => {
    const venue = scenario();
    venue.place("n", "SELL 4 @ 99");
    venue.place("a", "SELL 10 @ 100", own);
    venue.place("z", "SELL 5 @ 101");
    const output = venue.place("t", "BUY 9 @ 101", { ...own, selfTradePrevention, timeInForce: "FOK" });
    expect(output.reports.at(-1)).toMatchObject(
      trades ? { status: "FILLED", cumulativeLots: 9 } : { status: "CANCELED", refusal: "FOK_NOT_FILLED" },
    );
    expect(output.reports.some((report) => report.orderId === "a")).toBe(trades);
  });
});

describe("amending", () => {
  function queue(): Scenario {
    const venue = scenario();
    venue.place("a", "BUY 10 @ 100");
    venue.place("b", "BUY 10 @ 100");
    venue.place("s", "SELL 4 @ 100");
    venue.place("ask", "SELL 5 @ 105");
    return venue;
  }

  // `a` has 4 of 10 filled; who trades first with the next seller tells who stands first.
  const rows: readonly [string, Parameters<Scenario["amend"]>[1], string[], string][] = [
    [
      "less at the same price keeps the place",
      { quantityLots: 7 },
      ["a REPLACED, 3 open, 4 done: PARTIALLY_FILLED"],
      "a",
    ],
    ["more goes to the back", { quantityLots: 12 }, ["a REPLACED, 8 open, 4 done: PARTIALLY_FILLED"], "b"],
    [
      "another price goes to the back there",
      { limitPriceTicks: 99 },
      ["a REPLACED, 6 open, 4 done: PARTIALLY_FILLED"],
      "b",
    ],
    [
      "a price that crosses trades",
      { limitPriceTicks: 105 },
      [
        "a REPLACED, 6 open, 4 done: PARTIALLY_FILLED",
        "ask TRADE 5 @ 105, 0 open, 5 done: FILLED",
        "a TRADE 5 @ 105, 1 open, 9 done: PARTIALLY_FILLED",
      ],
      "a",
    ],
    [
      "a price that crosses, less: trades to the end",
      { limitPriceTicks: 105, quantityLots: 9 },
      [
        "a REPLACED, 5 open, 4 done: PARTIALLY_FILLED",
        "ask TRADE 5 @ 105, 0 open, 5 done: FILLED",
        "a TRADE 5 @ 105, 0 open, 9 done: FILLED",
      ],
      "b",
    ],
    [
      "to what is filled: the rest is canceled",
      { quantityLots: 4 },
      ["a CANCELED, 0 open, 4 done: CANCELED (AMENDED_BELOW_FILLED)"],
      "b",
    ],
    [
      "below what is filled: the rest is canceled",
      { quantityLots: 1 },
      ["a CANCELED, 0 open, 4 done: CANCELED (AMENDED_BELOW_FILLED)"],
      "b",
    ],
    ["of an order that is not there", { orderId: "nobody" }, ["nobody REPLACE_REFUSED (NOT_ON_BOOK)"], "a"],
    ["of another account's order", { accountId: "thief" }, ["a REPLACE_REFUSED (NOT_ON_BOOK)"], "a"],
    ["on a book that is not there", { instrumentId: "Y-USD" }, ["a REPLACE_REFUSED (NOT_ON_BOOK)"], "a"],
    [
      "to more than a sum can hold",
      { quantityLots: Number.MAX_SAFE_INTEGER },
      ["a REPLACE_REFUSED, 6 open, 4 done: PARTIALLY_FILLED (BOOK_FULL)"],
      "a",
    ],
  ];
  test.each(rows)("%s", (_, change, expected, first) => {
    const venue = queue();
    expect(lines(venue.amend("a", change))).toEqual(expected);
    expect(venue.place("next", "SELL 1 @ 1").reports[0]?.orderId).toBe(first);
  });

  test("a post-only order is not amended into taking", () => {
    const venue = scenario();
    venue.place("ask", "SELL 5 @ 105");
    venue.place("a", "BUY 10 @ 100", { postOnly: true });
    const refused = venue.amend("a", { limitPriceTicks: 105 });
    expect(lines(refused)).toEqual(["a REPLACE_REFUSED, 10 open, 0 done: LIVE (WOULD_TAKE)"]);
    expect(refused.reports[0]?.version).toBe(3);
    expect(venue.place("s", "SELL 1 @ 100").reports[0]).toMatchObject({ orderId: "a", version: 2 });
  });

  test("after DECREMENT the new total includes what was lowered, in a restored venue too", () => {
    const venue = scenario();
    venue.place("a", "SELL 10 @ 100", { ownerId: "o" });
    venue.place("b", "BUY 3 @ 100", { ownerId: "o", selfTradePrevention: "DECREMENT" });
    venue.state = restoreVenue(snapshotVenue(venue.state));
    expect(lines(venue.amend("a", { quantityLots: 9 }))).toEqual(["a REPLACED, 6 open, 0 done: LIVE"]);
  });

  test("an amended order's own mode rules when it crosses", () => {
    const venue = scenario();
    venue.place("a", "SELL 10 @ 105", { ownerId: "o" });
    venue.place("b", "BUY 3 @ 100", { ownerId: "o", selfTradePrevention: "CANCEL_OLDEST" });
    expect(lines(venue.amend("b", { limitPriceTicks: 106 }))).toEqual([
      "b REPLACED, 3 open, 0 done: LIVE",
      "a CANCELED, 0 open, 0 done: CANCELED (SELF_TRADE_PREVENTED)",
    ]);
  });
});

describe("withdrawing", () => {
  test("takes the rest away and echoes the version", () => {
    const venue = scenario();
    venue.place("a", "BUY 10 @ 100");
    venue.place("s", "SELL 4 @ 100");
    const output = venue.pull("a");
    expect(lines(output)).toEqual(["a CANCELED, 0 open, 4 done: CANCELED"]);
    expect(output.reports[0]).toMatchObject({ version: 3, side: "BUY", refusal: undefined });
    expect(lines(venue.pull("a"))).toEqual(["a CANCEL_REFUSED (NOT_ON_BOOK)"]);
  });

  test("of another account's order is refused, for it is not said that it exists", () => {
    const venue = scenario();
    venue.place("a", "BUY 10 @ 100");
    expect(venue.pull("a", "thief").reports).toMatchObject([
      { executionType: "CANCEL_REFUSED", accountId: "thief", side: undefined, omsPartition: partitionOf("thief", 16) },
    ]);
  });
});

test("I1: link totals say what clearing must hold: a BUY adds its notional and takes its quantity", () => {
  const venue = scenario();
  venue.place("seller", "SELL 5 @ 100", { accountId: "s" });
  const { reports } = venue.place("buyer", "BUY 5 @ 100", { accountId: "b" });
  const unit = 100_000_000n;
  expect(reports).toMatchObject([
    { omsPartition: partitionOf("s", 16), baseTotalMinor: 5n * unit, quoteTotalMinor: -500n * unit },
    { omsPartition: partitionOf("b", 16), baseTotalMinor: -5n * unit, quoteTotalMinor: 500n * unit },
  ]);
  expect(venue.pull("nobody", "b").reports).toMatchObject([{ quoteTotalMinor: 500n * unit, quoteAsset: "USD" }]);
});
