import type { MarketReadScope, MarketReads } from "@atlas/gateway/market/market-reads";
import type { MarketSource } from "@atlas/gateway/stream/market-source";
import { bookDiff } from "@atlas/market/book-diff";
import { CandleHistory } from "@atlas/market/candle-history";
import { candleOf } from "@atlas/market/candle-series";
import type { MarketReadContext } from "@atlas/market/context";
import { getBook } from "@atlas/market/get-book";
import { getMarketState } from "@atlas/market/get-market-state";
import { getTicker } from "@atlas/market/get-ticker";
import { listCandles } from "@atlas/market/list-candles";
import { listTrades } from "@atlas/market/list-trades";
import type { MarketView } from "@atlas/market/market-view";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Store } from "@atlas/platform/ports/store";

/** The market service as a gateway in the same process sees it. */
export function marketSource(view: MarketView): MarketSource {
  return {
    market: (instrumentId) => view.market(instrumentId),
    quote: (instrumentId) => view.quote(instrumentId),
    subscribe: (instrumentId, listener) => view.subscribe(instrumentId, listener),
    candles: (instrumentId, interval, count) => {
      const series = view.market(instrumentId)?.series(interval);
      if (series === undefined) return [];
      const bars = series.range(0, Number.MAX_SAFE_INTEGER).slice(-count);
      return bars.map((bar) => candleOf(instrumentId, series.terms, bar));
    },
    bookDiff,
  };
}

/** The reads of MarketService. */
export function marketReads(view: MarketView, store: Store, clock: Clock): MarketReads {
  const history = new CandleHistory(store);
  const contextOf = (scope: MarketReadScope): MarketReadContext => ({
    ...{ view, history, clock },
    isDefined: (instrumentId) => scope.isDefined(instrumentId),
    deadline: scope.deadline,
  });
  return {
    getBook: (request, scope) => getBook(request, contextOf(scope)),
    listTrades: (request, scope) => listTrades(request, contextOf(scope)),
    getTicker: (request, scope) => getTicker(request, contextOf(scope)),
    listCandles: (request, scope) => listCandles(request, contextOf(scope)),
    getMarketState: (request, scope) => getMarketState(request, contextOf(scope)),
  };
}
