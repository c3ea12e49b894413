import { candlesOf } from "@atlas/domain/market/candle";
import fc from "fast-check";
import { expect, test } from "vitest";
import { candleTerms } from "./candle-interval.ts";
import { CandleSeries } from "./candle-series.ts";
import { MIDNIGHT } from "./market.fixture.ts";
import { printUnits } from "./units.ts";

const trades = fc.array(
  fc.record({
    price: fc.integer({ min: 1, max: 50 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    pause: fc.nat(400_000),
  }),
  { maxLength: 80 },
);

test.each(candleTerms)("candles of $length ms are those of the core", (terms) => {
  fc.assert(
    fc.property(trades, (steps) => {
      const series = new CandleSeries(terms);
      let time = MIDNIGHT;
      const marks = steps.map(({ price, quantity, pause }) => {
        time += pause;
        return { priceTicks: price, quantityLots: quantity, occurredAt: time };
      });
      for (const [index, { priceTicks, quantityLots, occurredAt }] of marks.entries()) {
        series.add({
          price: String(priceTicks),
          priceUnits: priceTicks * 1e8,
          quantityUnits: quantityLots * 1e8,
          time: occurredAt,
          sequence: index + 1,
        });
      }
      const seen = series.range(0, Number.MAX_SAFE_INTEGER).map((bar) => ({
        start: bar.start,
        openTicks: Number(bar.open),
        highTicks: Number(bar.high),
        lowTicks: Number(bar.low),
        closeTicks: Number(bar.close),
        volumeLots: Number(printUnits(bar.volume)),
        tradeCount: bar.tradeCount,
      }));
      expect(seen).toEqual(candlesOf(marks, terms.length));
    }),
    { numRuns: 30 },
  );
});
