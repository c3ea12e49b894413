import type { GetBookRequest, GetBookResponse } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { GetBookResponseSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { create } from "@bufbuild/protobuf";
import type { MarketReadContext } from "./context.ts";
import { findWholeMarket, marketCursor } from "./market-cursor.ts";

/** Levels a side when the request names no depth. */
const DEFAULT_DEPTH = 20;

export async function getBook(request: GetBookRequest, context: MarketReadContext): Promise<GetBookResponse> {
  const market = await findWholeMarket(request, context);
  const book = market.book(request.depth === 0 ? DEFAULT_DEPTH : request.depth);
  return create(GetBookResponseSchema, { book, cursor: marketCursor(market.instrumentId, market.sequence) });
}
