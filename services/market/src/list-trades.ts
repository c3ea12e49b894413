import type { ListTradesRequest, ListTradesResponse } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { ListTradesResponseSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { numberIn, pageSizeOf, pageToken } from "@atlas/platform/query/page";
import { create } from "@bufbuild/protobuf";
import type { MarketReadContext } from "./context.ts";
import { findMarket, marketCursor } from "./market-cursor.ts";

/** Newest first, as far back as trades are kept: the last 5,000, of which 1,000 outlive a restart. */
export async function listTrades(request: ListTradesRequest, context: MarketReadContext): Promise<ListTradesResponse> {
  const filter = ["trades", request.instrumentId];
  const before = numberIn(request.pageToken, filter);
  const { trades, instrumentId, sequence } = await findMarket(request, context);
  const end = before === undefined ? trades.length : trades.firstAtOrAbove(before, (trade) => Number(trade.sequence));
  const start = Math.max(0, end - pageSizeOf(request.pageSize));
  const page = trades.slice(start, end).reverse();
  const oldest = page.at(-1);
  return create(ListTradesResponseSchema, {
    trades: page,
    nextPageToken: start > 0 && oldest !== undefined ? pageToken(filter, `${oldest.sequence}`) : "",
    cursor: marketCursor(instrumentId, sequence),
  });
}
