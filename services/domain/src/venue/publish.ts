import { opposite, type Side } from "../instrument/terms.ts";
import type { BookLevel } from "../market/book-level.ts";
import { countTrade } from "../market/session-figures.ts";
import { BUY, NONE, SELL, type SideCode } from "../matching/book-code.ts";
import type { OrderBook } from "../matching/order-book.ts";
import type { Ticker } from "./market-event.ts";
import type { Turn } from "./turn.ts";
import type { VenueBook } from "./venue-state.ts";

/**
 * Milliseconds of log time between two tickers of an instrument. Between them readers count for themselves, from trades and
 * deltas: on the log a ticker is where a reader without a past begins.
 */
const TICKER_INTERVAL = 60_000;
/** Milliseconds after which a market without changes says that it is alive: well below what a quote may be old (S7). */
const LONGEST_SILENCE = 500;

/** Prints a match on the tape; answers its id. */
export function publishTrade(
  turn: Turn,
  venueBook: VenueBook,
  makerSide: Side,
  priceTicks: number,
  quantityLots: number,
): string {
  const { state, time } = turn;
  countTrade(venueBook.figures, priceTicks, quantityLots, time.logTime);
  const matchId = `v${state.settings.shard}-${++state.matchCount}`;
  turn.market.push({
    kind: "TRADE",
    instrumentId: venueBook.instrument.instrumentId,
    sequence: ++venueBook.sequence,
    shardSequence: ++state.shardSequence,
    occurredAt: time.logTime,
    matchId,
    priceTicks,
    quantityLots,
    takerSide: opposite(makerSide),
  });
  return matchId;
}

/** Tells what the input changed in the book; `ticked`: after a silence also that it changed nothing. */
export function publishDelta(turn: Turn, venueBook: VenueBook, ticked: boolean): void {
  const { book } = venueBook;
  if (!book.isTouched && !(ticked && hasBeenSilent(turn, venueBook))) return;
  venueBook.publishedAt = turn.time.appendTime;
  turn.market.push({
    kind: "BOOK_DELTA",
    instrumentId: venueBook.instrument.instrumentId,
    sequence: ++venueBook.sequence,
    shardSequence: ++turn.state.shardSequence,
    occurredAt: turn.time.logTime,
    bids: touchedLevels(book, BUY),
    asks: touchedLevels(book, SELL),
  });
  book.forgetTouched();
}

/** Time that runs backwards ends a silence, too: a market must not stand still until the clock has caught up. */
function hasBeenSilent({ time }: Turn, { publishedAt }: VenueBook): boolean {
  const silence = time.appendTime - publishedAt;
  return silence < 0 || silence >= LONGEST_SILENCE;
}

/** A new instrument's empty book. */
export function publishSnapshot(turn: Turn, venueBook: VenueBook): void {
  turn.market.push({
    kind: "BOOK_SNAPSHOT",
    instrumentId: venueBook.instrument.instrumentId,
    sequence: ++venueBook.sequence,
    shardSequence: ++turn.state.shardSequence,
    occurredAt: turn.time.logTime,
    bids: [],
    asks: [],
  });
}

/** The ticker, if something in it changed and a second has passed since the last. */
export function publishTicker(turn: Turn, venueBook: VenueBook): void {
  const { figures, lastTicker } = venueBook;
  const { logTime } = turn.time;
  if (lastTicker !== undefined && logTime - lastTicker.occurredAt < TICKER_INTERVAL) return;
  const bidTicks = bestOf(venueBook.book, BUY);
  const askTicks = bestOf(venueBook.book, SELL);
  if (lastTicker !== undefined && isSame(lastTicker, venueBook, bidTicks, askTicks)) return;
  const ticker: Ticker = {
    kind: "TICKER",
    instrumentId: venueBook.instrument.instrumentId,
    sequence: ++venueBook.sequence,
    shardSequence: ++turn.state.shardSequence,
    occurredAt: logTime,
    bidTicks,
    askTicks,
    lastTicks: figures.lastTicks,
    openTicks: figures.openTicks,
    highTicks: figures.highTicks,
    lowTicks: figures.lowTicks,
    volumeLots: figures.volumeLots,
    sessionStart: figures.sessionStart,
  };
  turn.market.push(ticker);
  venueBook.lastTicker = ticker;
}

/** The best `depth` levels of a side. */
export function bookLevels(book: OrderBook, side: SideCode, depth: number): BookLevel[] {
  const levels: BookLevel[] = [];
  const count = Math.min(depth, book.levelCount(side));
  for (let rank = 0; rank < count; rank++) {
    const level = book.levelAt(side, rank);
    levels.push({
      priceTicks: book.levelPrice(level),
      quantityLots: book.levelQuantity(level),
      orderCount: book.levelOrders(level),
    });
  }
  return levels;
}

function touchedLevels(book: OrderBook, side: SideCode): BookLevel[] {
  const levels: BookLevel[] = [];
  book.eachTouched(side, (priceTicks) => {
    const level = book.findLevel(side, priceTicks);
    const isGone = level === NONE;
    levels.push({
      priceTicks,
      quantityLots: isGone ? 0 : book.levelQuantity(level),
      orderCount: isGone ? 0 : book.levelOrders(level),
    });
  });
  return levels;
}

function bestOf(book: OrderBook, side: SideCode): number | undefined {
  const price = book.best(side);
  return price === NONE ? undefined : price;
}

function isSame(last: Ticker, venueBook: VenueBook, bid: number | undefined, ask: number | undefined): boolean {
  const { figures } = venueBook;
  return (
    last.bidTicks === bid &&
    last.askTicks === ask &&
    last.lastTicks === figures.lastTicks &&
    last.volumeLots === figures.volumeLots &&
    last.sessionStart === figures.sessionStart
  );
}
