import { SESSION_MILLISECONDS, sessionStartOf } from "@atlas/domain/market/session-figures";
import type { Ticker } from "@atlas/gen/atlas/market/v1/market_pb";
import type { TradeMark } from "./candle-series.ts";
import { addUnits, printUnits, type Units, unitsOf } from "./units.ts";

/** The figures of a session as an image holds them. */
export interface SessionRow {
  readonly start: number;
  readonly last: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly volume: string;
  readonly tradeCount: number;
}

/** Open, high, low, volume of the session that began at the last 00:00 UTC, and the last price ever. */
export class SessionFigures {
  last = "";
  open = "";
  high = "";
  low = "";
  volume: Units = 0;
  tradeCount = 0;
  #start = 0;
  #high: Units = 0;
  #low: Units = 0;

  /** Log time goes on: at 00:00 UTC a session begins, without figures. */
  advance(time: number): void {
    if (time - this.#start < SESSION_MILLISECONDS) return;
    this.#start = sessionStartOf(time);
    this.open = "";
    this.high = "";
    this.low = "";
    this.volume = 0;
    this.tradeCount = 0;
  }

  add(trade: TradeMark): void {
    this.last = trade.price;
    if (this.open === "") this.open = trade.price;
    if (this.high === "" || trade.priceUnits > this.#high) {
      this.#high = trade.priceUnits;
      this.high = trade.price;
    }
    if (this.low === "" || trade.priceUnits < this.#low) {
      this.#low = trade.priceUnits;
      this.low = trade.price;
    }
    this.volume = addUnits(this.volume, trade.quantityUnits);
    this.tradeCount++;
  }

  /** What the venue says of the session stands: a view that began in its middle knows less. */
  take(ticker: Ticker): void {
    if (ticker.last !== "") this.last = ticker.last;
    this.#put(ticker.open, ticker.high, ticker.low, ticker.volume);
    if (ticker.tradeCount > 0n) this.tradeCount = Number(ticker.tradeCount);
  }

  row(): SessionRow {
    return {
      start: this.#start,
      last: this.last,
      open: this.open,
      high: this.high,
      low: this.low,
      volume: printUnits(this.volume),
      tradeCount: this.tradeCount,
    };
  }

  restore(row: SessionRow): void {
    this.#start = row.start;
    this.last = row.last;
    this.#put(row.open, row.high, row.low, row.volume);
    this.tradeCount = row.tradeCount;
  }

  #put(open: string, high: string, low: string, volume: string): void {
    this.open = open;
    this.high = high;
    this.low = low;
    this.#high = high === "" ? 0 : unitsOf(high);
    this.#low = low === "" ? 0 : unitsOf(low);
    this.volume = volume === "" ? 0 : unitsOf(volume);
  }
}
