import {
  type Book,
  type Candle,
  type CandleInterval,
  type Level,
  type MarketEvent,
  type MarketState,
  Phase,
  type Quote,
  type Ticker,
  type Trade,
} from "@atlas/gen/atlas/market/v1/market_pb";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { BookSide } from "./book-side.ts";
import { candleTerms } from "./candle-interval.ts";
import { CandleSeries, candleOf } from "./candle-series.ts";
import { Recent } from "./recent.ts";
import { SessionFigures } from "./session-figures.ts";
import { printUnits, unitsOf } from "./units.ts";

/** So many of its newest trades; an image keeps the last thousand of them. */
const TRADES_KEPT = 5_000;

/** Everything public about one instrument, after the last event of its market that was applied (I11). */
export class InstrumentMarket {
  readonly instrumentId: string;
  readonly bids = new BookSide(true);
  readonly asks = new BookSide(false);
  readonly session = new SessionFigures();
  readonly candles: readonly CandleSeries[] = candleTerms.map((terms) => new CandleSeries(terms));
  readonly trades = new Recent<Trade>(TRADES_KEPT);
  sequence = 0;
  /** Every level is known; false only while nothing but the middle of its events could be read. */
  complete = true;
  occurredAt: Timestamp | undefined;
  /** Log time of its first event after a hole: trades from before are missing (S28); `undefined`: none are. */
  cutAt: number | undefined;
  /** When its last event came, in monotonic milliseconds of the reader's clock: set by the reader. */
  heardAt = 0;
  phase: Phase = Phase.CONTINUOUS;
  #quote: Quote | undefined;

  constructor(instrumentId: string) {
    this.instrumentId = instrumentId;
  }

  /** The next event of the instrument. Throws when it is not the next: the partition checks before. */
  apply(event: MarketEvent): void {
    const sequence = Number(event.sequence);
    if (this.sequence !== 0 && sequence !== this.sequence + 1) {
      throw new Error(`${this.instrumentId}: market event ${sequence} after ${this.sequence} (I11)`);
    }
    const time = millisecondsOf(event.occurredAt) ?? 0;
    if (this.sequence === 0 && sequence !== 1) {
      this.complete = false;
      this.cut(time);
    }
    if (event.event.case === "snapshot") this.complete = true;
    this.sequence = sequence;
    this.occurredAt = event.occurredAt;
    this.#quote = undefined;
    this.session.advance(time);
    this.#change(event);
  }

  /** Trades from before `time` are missing: the intervals that began by then have no candle. */
  cut(time: number): void {
    this.cutAt = time;
    for (const series of this.candles) series.cut(time);
  }

  book(depth: number): Book {
    return {
      $typeName: "atlas.market.v1.Book",
      instrumentId: this.instrumentId,
      sequence: BigInt(this.sequence),
      bids: this.bids.top(depth),
      asks: this.asks.top(depth),
      occurredAt: this.occurredAt,
    };
  }

  ticker(): Ticker {
    const { bid, ask } = this.#best();
    const { last, open, high, low, volume, tradeCount } = this.session;
    return {
      $typeName: "atlas.market.v1.Ticker",
      bid: bid?.price ?? "",
      bidQuantity: bid?.quantity ?? "",
      ask: ask?.price ?? "",
      askQuantity: ask?.quantity ?? "",
      last,
      open,
      high,
      low,
      volume: printUnits(volume),
      tradeCount: BigInt(tradeCount),
      instrumentId: this.instrumentId,
      sequence: BigInt(this.sequence),
      occurredAt: this.occurredAt,
    };
  }

  /** What a gateway stamps on a command (S7); the same object until the next event. */
  quote(): Quote {
    if (this.#quote === undefined) {
      const { bid, ask } = this.#best();
      this.#quote = {
        $typeName: "atlas.market.v1.Quote",
        bid: bid?.price ?? "",
        ask: ask?.price ?? "",
        last: this.session.last,
        marketSequence: BigInt(this.sequence),
        time: this.occurredAt,
      };
    }
    return this.#quote;
  }

  /** None while levels are missing: the best of those that are known may not be the best. */
  #best(): { bid?: Level | undefined; ask?: Level | undefined } {
    return this.complete ? { bid: this.bids.best, ask: this.asks.best } : {};
  }

  state(): MarketState {
    return {
      $typeName: "atlas.market.v1.MarketState",
      instrumentId: this.instrumentId,
      phase: this.phase,
      sequence: BigInt(this.sequence),
      occurredAt: this.occurredAt,
    };
  }

  series(interval: CandleInterval): CandleSeries {
    const series = this.candles.find((one) => one.terms.interval === interval);
    if (series === undefined) throw new RangeError(`there are no candles of interval ${interval}`);
    return series;
  }

  /** The candle that trades fall into now; `undefined`: nothing has traded yet. */
  candle(interval: CandleInterval): Candle | undefined {
    const { terms, current } = this.series(interval);
    return current === undefined ? undefined : candleOf(this.instrumentId, terms, current);
  }

  #change({ event, occurredAt, sequence }: MarketEvent): void {
    switch (event.case) {
      case "snapshot":
        this.bids.load(event.value.bids);
        this.asks.load(event.value.asks);
        return;
      case "delta":
        setAll(this.bids, event.value.bids);
        setAll(this.asks, event.value.asks);
        return;
      case "trade":
        this.#trade(event.value, occurredAt, sequence);
        return;
      case "ticker":
        this.session.take(event.value);
        return;
      case "phase":
        this.phase = event.value.phase;
        return;
    }
  }

  #trade(trade: Trade, occurredAt: Timestamp | undefined, sequence: bigint): void {
    const mark = {
      price: trade.price,
      priceUnits: unitsOf(trade.price),
      quantityUnits: unitsOf(trade.quantity),
      time: millisecondsOf(occurredAt) ?? 0,
      sequence: Number(sequence),
    };
    this.session.add(mark);
    for (const series of this.candles) series.add(mark);
    this.trades.push({ ...trade, instrumentId: this.instrumentId, occurredAt, sequence });
  }
}

function setAll(side: BookSide, levels: readonly Level[]): void {
  for (const level of levels) side.set(level);
}
