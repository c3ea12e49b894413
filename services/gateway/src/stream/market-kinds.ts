import {
  type Book,
  type Candle,
  type CandleInterval,
  type MarketEvent,
  type MarketState,
  Phase,
  type Ticker,
  type Trade,
} from "@atlas/gen/atlas/market/v1/market_pb";
import { Channel, type Contents } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { contentsOf } from "./contents.ts";
import type { MarketKind } from "./market-kind.ts";
import type { BookTop, LiveMarket, MarketSource } from "./market-source.ts";

const USUAL_DEPTH = 20;
/** Trades and candles that a snapshot begins with. */
const SNAPSHOT_TRADES = 100;
const SNAPSHOT_CANDLES = 300;
/** What one message holds at most. */
const MOST_TRADES = 1_000;

/** What a subscription watches of the market: subscriptions of equal terms share one group. */
export interface MarketTerms {
  readonly channel: Channel;
  readonly instrumentId: string;
  /** 0 means 20. */
  readonly depth: number;
  readonly candleInterval: CandleInterval;
}

export function marketKind(terms: MarketTerms, source: MarketSource): MarketKind {
  switch (terms.channel) {
    case Channel.BOOK:
      return new BookKind(terms, source);
    case Channel.TRADES:
      return new TradesKind();
    case Channel.TICKER:
      return new TickerKind();
    case Channel.CANDLES:
      return new CandlesKind(terms, source);
    default:
      return new StateKind(terms.instrumentId);
  }
}

/** The best levels; updates hold those that changed. None while not all are known: the best of those may not be the best. */
class BookKind implements MarketKind {
  readonly #terms: MarketTerms;
  readonly #source: MarketSource;
  readonly #depth: number;
  #sent: BookTop & { readonly sequence: bigint; readonly occurredAt?: Ticker["occurredAt"] };

  constructor(terms: MarketTerms, source: MarketSource) {
    this.#terms = terms;
    this.#source = source;
    this.#depth = terms.depth === 0 ? USUAL_DEPTH : terms.depth;
    const market = source.market(terms.instrumentId);
    this.#sent = market === undefined ? { bids: [], asks: [], sequence: 0n } : this.#known(market);
  }

  snapshot(): Contents {
    const { bids, asks, sequence, occurredAt } = this.#sent;
    return this.#contents([...bids], [...asks], sequence, occurredAt);
  }

  take({ event }: MarketEvent): boolean {
    return event.case === "delta" || event.case === "snapshot";
  }

  flush(market: LiveMarket): readonly Contents[] {
    const now = this.#known(market);
    const { bids, asks } = this.#source.bookDiff(this.#sent, now, this.#depth);
    this.#sent = now;
    if (bids.length + asks.length === 0) return [];
    return [this.#contents(bids, asks, now.sequence, now.occurredAt)];
  }

  #known(market: LiveMarket): Book {
    const book = market.book(this.#depth);
    return market.complete ? book : { ...book, bids: [], asks: [] };
  }

  #contents(bids: BookLevels, asks: BookLevels, sequence: bigint, occurredAt: Ticker["occurredAt"]): Contents {
    const { instrumentId } = this.#terms;
    return contentsOf({ book: { $typeName: "atlas.market.v1.Book", instrumentId, sequence, bids, asks, occurredAt } });
  }
}

type BookLevels = NonNullable<Contents["book"]>["bids"];

/** Every trade, oldest first. */
class TradesKind implements MarketKind {
  #pending: Trade[] = [];

  snapshot(market: LiveMarket | undefined): Contents {
    if (market === undefined) return contentsOf({});
    const told = market.trades.length - this.#pending.length;
    return contentsOf({ trades: [...market.trades.slice(Math.max(0, told - SNAPSHOT_TRADES), Math.max(0, told))] });
  }

  take({ event }: MarketEvent, market: LiveMarket): boolean {
    if (event.case !== "trade") return false;
    const newest = market.trades.slice(market.trades.length - 1)[0];
    if (newest !== undefined) this.#pending.push(newest);
    return true;
  }

  flush(): readonly Contents[] {
    const pending = this.#pending;
    this.#pending = [];
    const messages: Contents[] = [];
    for (let from = 0; from < pending.length; from += MOST_TRADES) {
      messages.push(contentsOf({ trades: pending.slice(from, from + MOST_TRADES) }));
    }
    return messages;
  }
}

/** The market at a glance; each replaces the one before. */
class TickerKind implements MarketKind {
  #sent: Ticker | undefined;

  /** As it was told last: what came since may be undone before the next flush, which then tells nothing. */
  snapshot(market: LiveMarket | undefined): Contents {
    return contentsOf({ ticker: this.#sent ?? market?.ticker() });
  }

  take({ event }: MarketEvent): boolean {
    return event.case !== "indication" && event.case !== "phase";
  }

  flush(market: LiveMarket): readonly Contents[] {
    const sent = this.#sent;
    const ticker = market.ticker();
    this.#sent = ticker;
    return sent !== undefined && isSameTicker(sent, ticker) ? [] : [contentsOf({ ticker })];
  }
}

function isSameTicker(left: Ticker, right: Ticker): boolean {
  return (
    left.bid === right.bid &&
    left.ask === right.ask &&
    left.bidQuantity === right.bidQuantity &&
    left.askQuantity === right.askQuantity &&
    left.tradeCount === right.tradeCount &&
    left.last === right.last &&
    left.open === right.open &&
    left.high === right.high &&
    left.low === right.low &&
    left.volume === right.volume
  );
}

/** Candles, each replacing the one of its start. */
class CandlesKind implements MarketKind {
  readonly #terms: MarketTerms;
  readonly #source: MarketSource;
  #changed = new Map<bigint, Candle>();

  constructor(terms: MarketTerms, source: MarketSource) {
    this.#terms = terms;
    this.#source = source;
  }

  snapshot(): Contents {
    const { instrumentId, candleInterval } = this.#terms;
    return contentsOf({ candles: [...this.#source.candles(instrumentId, candleInterval, SNAPSHOT_CANDLES)] });
  }

  take({ event }: MarketEvent, market: LiveMarket): boolean {
    if (event.case !== "trade") return false;
    const candle = market.candle(this.#terms.candleInterval);
    if (candle !== undefined) this.#changed.set(candle.startTime?.seconds ?? 0n, candle);
    return candle !== undefined;
  }

  flush(): readonly Contents[] {
    const candles = [...this.#changed.values()];
    this.#changed = new Map();
    return candles.length === 0 ? [] : [contentsOf({ candles })];
  }
}

/** Whether and how it trades. */
class StateKind implements MarketKind {
  readonly #instrumentId: string;
  #sent: MarketState | undefined;

  constructor(instrumentId: string) {
    this.#instrumentId = instrumentId;
  }

  /** As it was told last, for the ticker's reason. */
  snapshot(market: LiveMarket | undefined): Contents {
    // Behind a hole nobody knows what it was told last.
    if (market?.complete === false) return contentsOf({});
    return contentsOf({ marketState: this.#sent ?? market?.state() ?? this.#beforeTheFirst() });
  }

  take({ event }: MarketEvent): boolean {
    return event.case === "phase";
  }

  flush(market: LiveMarket): readonly Contents[] {
    const sent = this.#sent;
    const state = market.state();
    this.#sent = state;
    return sent?.phase === state.phase ? [] : [contentsOf({ marketState: state })];
  }

  #beforeTheFirst(): MarketState {
    const instrumentId = this.#instrumentId;
    return { $typeName: "atlas.market.v1.MarketState", instrumentId, phase: Phase.CONTINUOUS, sequence: 0n };
  }
}
