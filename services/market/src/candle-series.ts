import { candleStart } from "@atlas/domain/market/candle";
import type { Candle } from "@atlas/gen/atlas/market/v1/market_pb";
import { timestampOf } from "@atlas/platform/wire/time";
import type { CandleTerms } from "./candle-interval.ts";
import { Recent } from "./recent.ts";
import { addUnits, printUnits, type Units, unitsOf } from "./units.ts";

/** A trade as candles, tape and ticker need it. */
export interface TradeMark {
  readonly price: string;
  readonly priceUnits: Units;
  readonly quantityUnits: Units;
  /** Milliseconds of log time. */
  readonly time: number;
  /** Of the market event. */
  readonly sequence: number;
}

/** A candle as it is kept. */
export interface CandleBar {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly open: string;
  high: string;
  low: string;
  close: string;
  volume: Units;
  tradeCount: number;
  sequence: number;
}

/** A candle on the store or in an image: start, open, high, low, close, volume, trade count, sequence. */
export type CandleRow = readonly [number, string, string, string, string, string, number, number];

/** The candles of one interval: the one that trades fall into, and the newest of those that are complete. */
export class CandleSeries {
  readonly terms: CandleTerms;
  #complete: Recent<CandleBar>;
  #current: CandleBar | undefined;
  /** Of an interval that starts here or earlier trades are missing: what comes of it makes no candle. */
  #cutStart = Number.NEGATIVE_INFINITY;
  #high: Units = 0;
  #low: Units = 0;

  constructor(terms: CandleTerms) {
    this.terms = terms;
    this.#complete = new Recent(terms.held);
  }

  get current(): CandleBar | undefined {
    return this.#current;
  }

  /** Takes a trade in; trades come in log time. */
  add(trade: TradeMark): void {
    const start = candleStart(trade.time, this.terms.length);
    if (start <= this.#cutStart) return;
    const bar = this.#current;
    if (bar === undefined || start > bar.start) {
      if (bar !== undefined) this.#complete.push(bar);
      this.#open(start, trade);
      return;
    }
    if (trade.priceUnits > this.#high) {
      this.#high = trade.priceUnits;
      bar.high = trade.price;
    } else if (trade.priceUnits < this.#low) {
      this.#low = trade.priceUnits;
      bar.low = trade.price;
    }
    bar.close = trade.price;
    bar.volume = addUnits(bar.volume, trade.quantityUnits);
    bar.tradeCount++;
    bar.sequence = trade.sequence;
  }

  /** What is held, oldest first, the current one included: those with `from <= start < to`. */
  range(from: number, to: number): CandleBar[] {
    const startOf = (bar: CandleBar) => bar.start;
    const bars = this.#complete.slice(
      this.#complete.firstAtOrAbove(from, startOf),
      this.#complete.firstAtOrAbove(to, startOf),
    );
    const current = this.#current;
    if (current !== undefined && current.start >= from && current.start < to) bars.push(current);
    return bars;
  }

  /** Complete candles that begin at or after `from`, oldest first. */
  completeSince(from: number): CandleBar[] {
    return this.#complete.slice(this.#complete.firstAtOrAbove(from, (bar) => bar.start));
  }

  /** Where the newest candle begins; `undefined`: there is none. */
  get newestStart(): number | undefined {
    return (this.#current ?? this.#complete.at(-1))?.start;
  }

  /** Where the oldest candle in memory begins; `undefined`: there is none. */
  get heldSince(): number | undefined {
    return (this.#complete.at(0) ?? this.#current)?.start;
  }

  /** Puts complete candles in place, oldest first, and the current one. */
  restore(complete: readonly CandleRow[], current: CandleRow | undefined): void {
    this.remember(complete);
    if (current === undefined) return;
    this.#current = barOf(current);
    this.#high = unitsOf(this.#current.high);
    this.#low = unitsOf(this.#current.low);
  }

  /** Trades from before `time` are not known. */
  cut(time: number): void {
    this.#cutStart = candleStart(time, this.terms.length);
  }

  /** Puts complete candles, oldest first, before those that there are. */
  remember(older: readonly CandleRow[]): void {
    const newer = this.#complete.slice(0);
    this.#complete = new Recent(this.terms.held);
    for (const bar of [...older.map(barOf), ...newer]) this.#complete.push(bar);
  }

  #open(start: number, trade: TradeMark): void {
    this.#high = trade.priceUnits;
    this.#low = trade.priceUnits;
    this.#current = {
      start,
      open: trade.price,
      high: trade.price,
      low: trade.price,
      close: trade.price,
      volume: trade.quantityUnits,
      tradeCount: 1,
      sequence: trade.sequence,
    };
  }
}

export function rowOf(bar: CandleBar): CandleRow {
  return [bar.start, bar.open, bar.high, bar.low, bar.close, printUnits(bar.volume), bar.tradeCount, bar.sequence];
}

export function barOf(row: CandleRow): CandleBar {
  const [start, open, high, low, close, volume, tradeCount, sequence] = row;
  return { start, open, high, low, close, volume: unitsOf(volume), tradeCount, sequence };
}

/** The message of a candle, as it is now. */
export function candleOf(instrumentId: string, terms: CandleTerms, bar: CandleBar): Candle {
  return {
    $typeName: "atlas.market.v1.Candle",
    instrumentId,
    interval: terms.interval,
    startTime: timestampOf(bar.start),
    open: bar.open,
    high: bar.high,
    low: bar.low,
    close: bar.close,
    volume: printUnits(bar.volume),
    tradeCount: BigInt(bar.tradeCount),
    sequence: BigInt(bar.sequence),
  };
}
