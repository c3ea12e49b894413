import type { GetTickerRequest, GetTickerResponse } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { GetTickerResponseSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { create } from "@bufbuild/protobuf";
import type { MarketReadContext } from "./context.ts";
import { findWholeMarket, marketCursor } from "./market-cursor.ts";

export async function getTicker(request: GetTickerRequest, context: MarketReadContext): Promise<GetTickerResponse> {
  const market = await findWholeMarket(request, context);
  return create(GetTickerResponseSchema, {
    ticker: market.ticker(),
    cursor: marketCursor(market.instrumentId, market.sequence),
  });
}
