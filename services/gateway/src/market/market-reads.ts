import type {
  GetBookRequest,
  GetBookResponse,
  GetMarketStateRequest,
  GetMarketStateResponse,
  GetTickerRequest,
  GetTickerResponse,
  ListCandlesRequest,
  ListCandlesResponse,
  ListTradesRequest,
  ListTradesResponse,
} from "@atlas/gen/atlas/market/v1/market_service_pb";

/** What a read of the market is told besides its request. */
export interface MarketReadScope {
  /** Whether control has defined the instrument, though its market may not have begun. */
  isDefined(instrumentId: string): boolean;
  /** Clock's monotonic milliseconds. */
  readonly deadline: number;
}

/** The reads of MarketService, as the market service answers them. */
export interface MarketReads {
  getBook(request: GetBookRequest, scope: MarketReadScope): Promise<GetBookResponse>;
  listTrades(request: ListTradesRequest, scope: MarketReadScope): Promise<ListTradesResponse>;
  getTicker(request: GetTickerRequest, scope: MarketReadScope): Promise<GetTickerResponse>;
  listCandles(request: ListCandlesRequest, scope: MarketReadScope): Promise<ListCandlesResponse>;
  getMarketState(request: GetMarketStateRequest, scope: MarketReadScope): Promise<GetMarketStateResponse>;
}
