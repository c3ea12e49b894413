import type { Side } from "../instrument/terms.ts";
import type { BookLevel } from "../market/book-level.ts";

/** What one input did to an instrument as everybody may see it, in order: trades, the book's change, the ticker. */
export type MarketEvent = BookSnapshot | BookDelta | TradePrinted | Ticker;

interface MarketEventHead {
  readonly instrumentId: string;
  /** Gapless from 1 within the instrument. */
  readonly sequence: number;
  /** Gapless from 1 within the venue shard. */
  readonly shardSequence: number;
  /** Log time: the market's time (S7). */
  readonly occurredAt: number;
}

/** The whole book, best first. On the log only once, empty, when the instrument is defined. */
export interface BookSnapshot extends MarketEventHead {
  readonly kind: "BOOK_SNAPSHOT";
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/**
 * Levels as they stand after the input that touched them, best first. A tick after half a second of silence yields one for
 * each instrument, without levels if nothing changed: it proves that the market is alive (S7).
 */
export interface BookDelta extends MarketEventHead {
  readonly kind: "BOOK_DELTA";
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface TradePrinted extends MarketEventHead {
  readonly kind: "TRADE";
  readonly matchId: string;
  readonly priceTicks: number;
  readonly quantityLots: number;
  /** The side that arrived. */
  readonly takerSide: Side;
}

/**
 * At a tick, at most once a minute and only if something in it changed. Between two of them the newer bid, ask and
 * last are in the deltas and trades. `open` to `volume` cover the session: since the last 00:00 UTC of log time.
 */
export interface Ticker extends MarketEventHead {
  readonly kind: "TICKER";
  readonly bidTicks: number | undefined;
  readonly askTicks: number | undefined;
  /** Of the last trade ever. */
  readonly lastTicks: number | undefined;
  readonly openTicks: number | undefined;
  readonly highTicks: number | undefined;
  readonly lowTicks: number | undefined;
  /** Quantity traded in the session. */
  readonly volumeLots: number;
  /** Start of the session, milliseconds since the epoch. */
  readonly sessionStart: number;
}
