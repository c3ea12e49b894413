import type { MarketSource } from "@atlas/gateway/stream/market-source";
import { bookDiff } from "@atlas/market/book-diff";
import { candleOf } from "@atlas/market/candle-series";
import type { MarketView } from "@atlas/market/market-view";

/** The market as a gateway's streams and quotes see it. */
export function marketSourceOf(view: MarketView): MarketSource {
  return {
    market: (instrumentId) => view.market(instrumentId),
    quote: (instrumentId) => view.quote(instrumentId),
    subscribe: (instrumentId, listener) => view.subscribe(instrumentId, listener),
    bookDiff,
    candles(instrumentId, interval, count) {
      const series = view.market(instrumentId)?.series(interval);
      if (series === undefined) return [];
      const bars = series.range(0, Number.MAX_SAFE_INTEGER).slice(-count);
      return bars.map((bar) => candleOf(instrumentId, series.terms, bar));
    },
  };
}
