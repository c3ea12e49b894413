import type { Ticker } from "@atlas/gen/atlas/market/v1/market_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Connection } from "../stream/connection.svelte.ts";

/** A stream carries 64 subscriptions; the desk's own take about a dozen of them. */
const MOST_TICKERS = 40;
const PER_SECOND = 4;

interface TickerListener {
  took(ticker: Ticker, cursor: string): void;
  /** Nothing more is told of it: what is known grows old. */
  ended(instrumentId: string): void;
}

/** Tickers of as many instruments as a stream carries beside the rest, and always of the one chosen. */
export class TickerWatches {
  readonly #connection: Pick<Connection, "watch">;
  readonly #listener: TickerListener;
  /** What ends each, by instrument. */
  readonly #first = new Map<string, () => void>();
  #chosen: { readonly instrumentId: string; readonly end: () => void } | undefined;

  constructor(connection: Pick<Connection, "watch">, listener: TickerListener) {
    this.#connection = connection;
    this.#listener = listener;
  }

  /** Called once, with all there are. */
  open(instrumentIds: readonly string[]): void {
    for (const id of instrumentIds.slice(0, MOST_TICKERS)) this.#first.set(id, this.#watch(id));
  }

  choose(instrumentId: string): void {
    if (this.#chosen?.instrumentId === instrumentId) return;
    this.#endChosen();
    if (!this.#first.has(instrumentId)) this.#chosen = { instrumentId, end: this.#watch(instrumentId) };
  }

  close(): void {
    for (const end of this.#first.values()) end();
    this.#endChosen();
  }

  #endChosen(): void {
    if (this.#chosen === undefined) return;
    const { instrumentId, end } = this.#chosen;
    this.#chosen = undefined;
    end();
    this.#listener.ended(instrumentId);
  }

  #watch(instrumentId: string): () => void {
    const take = (ticker: Ticker | undefined, cursor: string): void => {
      if (ticker !== undefined) this.#listener.took(ticker, cursor);
    };
    return this.#connection.watch(
      { channel: Channel.TICKER, instrumentId, maxUpdatesPerSecond: PER_SECOND },
      {
        snapshot: (parts, cursor) => take(parts.at(-1)?.ticker, cursor),
        update: ({ ticker }, cursor) => take(ticker, cursor),
      },
    );
  }
}
