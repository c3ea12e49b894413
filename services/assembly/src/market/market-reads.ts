import type { MarketReads } from "@atlas/gateway/market/market-reads";
import type { MarketReadContext } from "@atlas/market/context";
import { getBook } from "@atlas/market/get-book";
import { getMarketState } from "@atlas/market/get-market-state";
import { getTicker } from "@atlas/market/get-ticker";
import { listCandles } from "@atlas/market/list-candles";
import { listTrades } from "@atlas/market/list-trades";

/** The reads of the market, as a gateway calls them. */
export function marketReadsOf(market: Omit<MarketReadContext, "isDefined" | "deadline">): MarketReads {
  return {
    getBook: (request, scope) => getBook(request, { ...market, ...scope }),
    listTrades: (request, scope) => listTrades(request, { ...market, ...scope }),
    getTicker: (request, scope) => getTicker(request, { ...market, ...scope }),
    listCandles: (request, scope) => listCandles(request, { ...market, ...scope }),
    getMarketState: (request, scope) => getMarketState(request, { ...market, ...scope }),
  };
}
