import type {
  Book,
  Candle,
  CandleInterval,
  Level,
  MarketEvent,
  MarketState,
  Quote,
  Ticker,
  Trade,
} from "@atlas/gen/atlas/market/v1/market_pb";

/** Both sides of a book, best first. */
export interface BookTop {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** One instrument's market after the last event that was applied. Its messages are shared and never changed. */
export interface LiveMarket {
  readonly instrumentId: string;
  readonly sequence: number;
  /** Whether every level of its book is known. */
  readonly complete: boolean;
  book(depth: number): Book;
  ticker(): Ticker;
  state(): MarketState;
  /** The candle that trades fall into now. */
  candle(interval: CandleInterval): Candle | undefined;
  /** Oldest first. */
  readonly trades: { readonly length: number; slice(from: number, to?: number): readonly Trade[] };
}

export type MarketListener = (event: MarketEvent, market: LiveMarket) => void;

/** The public market, as the venue's records tell it. */
export interface MarketSource {
  /** `undefined`: no event of this instrument has come. */
  market(instrumentId: string): LiveMarket | undefined;
  /** What is stamped on commands (S7). */
  quote(instrumentId: string): Quote | undefined;
  /** Hears every event of an instrument, in sequence, right after it was applied. */
  subscribe(instrumentId: string, listener: MarketListener): () => void;
  /** The newest complete candles and the one of now, oldest first, at most `count`. */
  candles(instrumentId: string, interval: CandleInterval, count: number): readonly Candle[];
  /** What leads a reader of the best `depth` levels from `before` to `after`. */
  bookDiff(before: BookTop, after: BookTop, depth: number): { bids: Level[]; asks: Level[] };
}
