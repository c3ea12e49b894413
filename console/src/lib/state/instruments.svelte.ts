import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { Ticker } from "@atlas/gen/atlas/market/v1/market_pb";
import { compare, decimalsOf, divide, isZero, multiply, subtract } from "../decimal/decimal.ts";
import type { Clients } from "../rpc/clients.ts";
import { wordsOfError } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import type { Frame } from "./frame.ts";
import { TickerWatches } from "./ticker-watches.ts";

const PAGE = 1_000;
const RETRY = 2_000;

/** The market at a glance, and which way its last price went. */
export interface Glance {
  readonly ticker: Ticker;
  /** Where in the stream it stands. */
  readonly cursor: string;
  readonly direction: -1 | 0 | 1;
  /** Last over the session's first price, less one, in percent with its sign; `undefined`: there is none. */
  readonly change: string | undefined;
}

/** What can be traded, and how it stands. */
export class Instruments {
  /** By id; `undefined`: not known yet. */
  all = $state.raw<readonly Instrument[]>();
  glances = $state.raw<ReadonlyMap<string, Glance>>(new Map());
  /** Why the list is not there; empty: it is, or is on its way. */
  problem = $state("");
  readonly #clients: Clients;
  readonly #frame: Frame;
  readonly #latest = new Map<string, Glance>();
  readonly #tickers: TickerWatches;
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(clients: Clients, connection: Connection, frame: Frame) {
    this.#clients = clients;
    this.#tickers = new TickerWatches(connection, {
      took: (ticker, cursor) => this.#take(ticker, cursor),
      ended: (instrumentId) => this.#forget(instrumentId),
    });
    this.#frame = frame;
    void this.#load();
  }

  get(instrumentId: string): Instrument | undefined {
    return this.all?.find((one) => one.instrumentId === instrumentId);
  }

  /** Called once, when the list is there. */
  onLoaded(listener: () => void): void {
    if (this.all === undefined) this.#waiting.push(listener);
    else listener();
  }

  /** However many there are, this one is seen at a glance. */
  choose(instrumentId: string): void {
    this.#tickers.choose(instrumentId);
  }

  /** These are seen in a list: they are told before others. */
  look(instrumentIds: readonly string[]): void {
    this.#tickers.look(instrumentIds);
  }

  close(): void {
    this.#isClosed = true;
    this.#tickers.close();
  }

  async #load(): Promise<void> {
    while (!this.#isClosed && this.all === undefined) {
      try {
        const { instruments } = await this.#clients.instruments.listInstruments({ pageSize: PAGE }, withPatience());
        this.problem = "";
        this.all = instruments;
        if (this.#isClosed) return;
        this.#tickers.open(instruments.map(({ instrumentId }) => instrumentId));
        for (const tell of this.#waiting.splice(0)) tell();
      } catch (error) {
        this.problem = wordsOfError(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  #take(ticker: Ticker, cursor: string): void {
    const before = this.#latest.get(ticker.instrumentId);
    this.#latest.set(ticker.instrumentId, glanceOf(ticker, cursor, before));
    this.#frame.show(this.#show);
  }

  #forget(instrumentId: string): void {
    this.#latest.delete(instrumentId);
    this.#frame.show(this.#show);
  }

  readonly #show = (): void => {
    this.glances = new Map(this.#latest);
  };
}

function glanceOf(ticker: Ticker, cursor: string, before: Glance | undefined): Glance {
  const { last, open } = ticker;
  const was = before?.ticker.last ?? "";
  const moved = was === "" || last === "" ? 0 : compare(last, was);
  return { ticker, cursor, direction: moved === 0 ? (before?.direction ?? 0) : moved, change: changeOf(last, open) };
}

function changeOf(last: string, open: string): string | undefined {
  if (last === "" || open === "" || isZero(open)) return undefined;
  return divide(multiply(subtract(last, open), "100"), open, 2);
}

/** Decimals of an instrument's prices and quantities. */
export function decimalsFor({ tick, lot }: Instrument): { readonly price: number; readonly quantity: number } {
  return { price: decimalsOf(tick), quantity: decimalsOf(lot) };
}
