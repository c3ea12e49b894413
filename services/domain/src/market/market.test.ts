import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyDelta, passSequence, viewOf } from "./book-view.ts";
import { CANDLE_INTERVALS, type CandleTrade, candlesOf, coarserCandles } from "./candle.ts";
import { advanceSession, countTrade, emptySession } from "./session-figures.ts";

const DAY = 86_400_000;

describe("candles", () => {
  test("hold the first, highest, lowest and last price of their interval, which begins at a multiple of it", () => {
    const trades = [
      { priceTicks: 10, quantityLots: 1, occurredAt: 60_999 },
      { priceTicks: 12, quantityLots: 2, occurredAt: 119_999 },
      { priceTicks: 9, quantityLots: 3, occurredAt: 119_999 },
      { priceTicks: 11, quantityLots: 4, occurredAt: 240_000 },
    ];
    expect(candlesOf(trades, CANDLE_INTERVALS["1m"])).toEqual([
      { start: 60_000, openTicks: 10, highTicks: 12, lowTicks: 9, closeTicks: 9, volumeLots: 6, tradeCount: 3 },
      { start: 240_000, openTicks: 11, highTicks: 11, lowTicks: 11, closeTicks: 11, volumeLots: 4, tradeCount: 1 },
    ]);
  });

  test("of longer intervals are the sum of shorter ones", () => {
    const trade = fc.record({
      priceTicks: fc.integer({ min: 1, max: 99 }),
      quantityLots: fc.nat(9),
      wait: fc.nat(4_000_000),
    });
    const chain = [...Object.values(CANDLE_INTERVALS)];
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 60 }), (rows) => {
        let occurredAt = DAY * 19_000;
        const trades = rows.map(({ wait, ...rest }): CandleTrade => {
          occurredAt += wait;
          return { ...rest, occurredAt };
        });
        let finer = candlesOf(trades, chain[0] as number);
        for (const interval of chain.slice(1)) {
          finer = coarserCandles(finer, interval);
          expect(finer).toEqual(candlesOf(trades, interval));
        }
      }),
    );
  });
});

describe("the figures of a session", () => {
  test("start anew at 00:00 UTC; the last price stays", () => {
    const figures = emptySession(DAY * 5 + 1);
    countTrade(figures, 10, 3, DAY * 6 - 2);
    countTrade(figures, 8, 2, DAY * 6 - 1);
    expect(figures).toEqual({
      sessionStart: DAY * 5,
      lastTicks: 8,
      openTicks: 10,
      highTicks: 10,
      lowTicks: 8,
      volumeLots: 5,
    });
    advanceSession(figures, DAY * 6);
    const fresh = { openTicks: undefined, highTicks: undefined, lowTicks: undefined, volumeLots: 0 };
    expect(figures).toEqual({ sessionStart: DAY * 6, lastTicks: 8, ...fresh });
    countTrade(figures, 9, 1, DAY * 6 - 1);
    expect(figures).toMatchObject({ sessionStart: DAY * 6, openTicks: 9, volumeLots: 1 });
  });

  test("never leave the safe integers", () => {
    const figures = emptySession(0);
    countTrade(figures, 1, Number.MAX_SAFE_INTEGER, 0);
    countTrade(figures, 1, 5, 0);
    expect(figures.volumeLots).toBe(Number.MAX_SAFE_INTEGER);
  });
});

test("S15: a view applies last + 1, drops what is not above, stops at a gap", () => {
  const level = (priceTicks: number, quantityLots: number) => ({ priceTicks, quantityLots, orderCount: 1 });
  const view = viewOf({ sequence: 7, bids: [level(99, 1), level(97, 1)], asks: [level(101, 1)] });
  const delta = (sequence: number) => ({
    sequence,
    bids: [level(98, 4), level(97, 0), level(96, 0)],
    asks: [level(100, 2), level(101, 5)],
  });
  expect(applyDelta(view, delta(9))).toBe("GAP");
  expect(applyDelta(view, delta(7))).toBe("REPEATED");
  expect(view.bids).toHaveLength(2);
  expect(applyDelta(view, delta(8))).toBe("APPLIED");
  expect(view).toEqual({ sequence: 8, bids: [level(99, 1), level(98, 4)], asks: [level(100, 2), level(101, 5)] });
  expect([passSequence(view, 10), passSequence(view, 8), passSequence(view, 9)]).toEqual([
    "GAP",
    "REPEATED",
    "APPLIED",
  ]);
});
