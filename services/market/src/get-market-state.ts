import type { GetMarketStateRequest, GetMarketStateResponse } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { GetMarketStateResponseSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { create } from "@bufbuild/protobuf";
import type { MarketReadContext } from "./context.ts";
import { findWholeMarket, marketCursor } from "./market-cursor.ts";

export async function getMarketState(
  request: GetMarketStateRequest,
  context: MarketReadContext,
): Promise<GetMarketStateResponse> {
  const market = await findWholeMarket(request, context);
  return create(GetMarketStateResponseSchema, {
    state: market.state(),
    cursor: marketCursor(market.instrumentId, market.sequence),
  });
}
