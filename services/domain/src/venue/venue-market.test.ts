import { describe, expect, test } from "vitest";
import { lines, MIDNIGHT, Scenario } from "./testing/scenario.ts";
import type { VenueOutput } from "./turn.ts";

function scenario(): Scenario {
  const venue = new Scenario();
  venue.define();
  return venue;
}

describe("time", () => {
  test("S9: DAY orders expire by the first tick at or after 00:00 UTC, in the order of their acceptance", () => {
    const venue = scenario();
    const day = { timeInForce: "DAY" } as const;
    venue.place("c", "SELL 10 @ 110", day);
    venue.place("gtc", "BUY 10 @ 100");
    venue.place("a", "BUY 10 @ 100", day);
    venue.place("b", "BUY 10 @ 101", day);
    venue.place("s", "SELL 4 @ 101");
    venue.now = MIDNIGHT + 86_400_000 - 101;
    expect(lines(venue.tick())).toEqual([]);
    venue.now = MIDNIGHT + 86_400_000 - 1;
    venue.place("d", "BUY 1 @ 100", day);
    venue.now += 1;
    venue.place("next", "BUY 1 @ 100", day);
    expect(lines(venue.tick())).toEqual([
      "c EXPIRED, 0 open, 0 done: EXPIRED (SESSION_ENDED)",
      "a EXPIRED, 0 open, 0 done: EXPIRED (SESSION_ENDED)",
      "b EXPIRED, 0 open, 4 done: EXPIRED (SESSION_ENDED)",
      "d EXPIRED, 0 open, 0 done: EXPIRED (SESSION_ENDED)",
    ]);
    venue.now += 86_400_000;
    expect(lines(venue.tick())).toEqual(["next EXPIRED, 0 open, 0 done: EXPIRED (SESSION_ENDED)"]);
  });

  const ticks: readonly [string, number, number, boolean][] = [
    ["the next after half the interval", 2, 50, true],
    ["the next, sooner", 2, 49, false],
    ["the same again", 1, 100, false],
    ["one too many", 3, 100, false],
    ["F17: the next, by a clock that went back an hour", 2, -3_600_000, true],
  ];
  test.each(ticks)("S10: %s", (_, number, wait, applied) => {
    const venue = scenario();
    venue.tick();
    venue.now += wait;
    venue.decide({ kind: "TICK", number });
    expect(venue.state.tickNumber).toBe(applied ? 2 : 1);
  });

  test("S7: a tick after half a second of silence yields an event for each instrument", () => {
    const venue = scenario();
    const other = { instrumentId: "Y-USD", baseAsset: "Y", quoteAsset: "USD", tickMinor: 1, lotMinor: 100_000_000 };
    venue.define(undefined, other);
    const events = (output: VenueOutput) => output.market.map(({ instrumentId, kind }) => `${instrumentId} ${kind}`);
    expect(events(venue.tick())).toEqual(["X-USD BOOK_DELTA", "X-USD TICKER", "Y-USD BOOK_DELTA", "Y-USD TICKER"]);
    expect(events(venue.tick())).toEqual([]);
    venue.now += 500;
    venue.place("a", "SELL 5 @ 103");
    expect(events(venue.tick())).toEqual(["Y-USD BOOK_DELTA"]);
    venue.now += 500;
    expect(events(venue.tick())).toEqual(["X-USD BOOK_DELTA", "Y-USD BOOK_DELTA"]);
  });
});

describe("market events", () => {
  test("trades, then the delta of everything the input changed, best first", () => {
    const venue = scenario();
    expect(venue.state.shardSequence).toBe(1);
    venue.place("a", "SELL 5 @ 100");
    venue.place("b", "SELL 5 @ 101");
    const { market } = venue.place("c", "BUY 12 @ 101");
    const head = { instrumentId: "X-USD", occurredAt: venue.now };
    expect(market).toEqual([
      {
        ...head,
        kind: "TRADE",
        sequence: 4,
        shardSequence: 4,
        matchId: "v3-1",
        priceTicks: 100,
        quantityLots: 5,
        takerSide: "BUY",
      },
      {
        ...head,
        kind: "TRADE",
        sequence: 5,
        shardSequence: 5,
        matchId: "v3-2",
        priceTicks: 101,
        quantityLots: 5,
        takerSide: "BUY",
      },
      {
        ...head,
        kind: "BOOK_DELTA",
        sequence: 6,
        shardSequence: 6,
        bids: [{ priceTicks: 101, quantityLots: 2, orderCount: 1 }],
        asks: [
          { priceTicks: 100, quantityLots: 0, orderCount: 0 },
          { priceTicks: 101, quantityLots: 0, orderCount: 0 },
        ],
      },
    ]);
  });

  test("the ticker comes with a tick, a minute after the last, if something changed; the session starts at 00:00 UTC", () => {
    const venue = scenario();
    const ticker = () => venue.tick().market.find((event) => event.kind === "TICKER");
    expect(ticker()).toMatchObject({
      bidTicks: undefined,
      lastTicks: undefined,
      volumeLots: 0,
      sessionStart: MIDNIGHT,
    });
    venue.place("a", "SELL 5 @ 103");
    venue.place("b", "BUY 2 @ 103");
    venue.place("c", "SELL 1 @ 99");
    venue.place("d", "BUY 1 @ 99");
    expect(ticker()).toBeUndefined();
    venue.now += 60_000;
    expect(ticker()).toMatchObject({
      askTicks: 103,
      lastTicks: 99,
      openTicks: 103,
      highTicks: 103,
      lowTicks: 99,
      volumeLots: 3,
    });
    venue.now += 60_000;
    expect(ticker()).toBeUndefined();
    venue.now = MIDNIGHT + 86_400_000;
    expect(ticker()).toMatchObject({
      lastTicks: 99,
      openTicks: undefined,
      volumeLots: 0,
      sessionStart: MIDNIGHT + 86_400_000,
    });
  });

  test("an input that is refused tells the market nothing", () => {
    const venue = scenario();
    expect(venue.pull("nobody").market).toEqual([]);
    expect(venue.place("a", "BUY 1 @ 1", { validUntil: 0 }).market).toEqual([]);
    expect(venue.define().market).toEqual([]);
  });
});
