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

/**
 * Tickers of as many instruments as a stream carries beside the rest: of those that somebody looks at in a list, then of the
 * first ones; and always of the one chosen.
 */
export class TickerWatches {
  readonly #connection: Pick<Connection, "watch">;
  readonly #listener: TickerListener;
  /** What ends each, by instrument. */
  readonly #watched = new Map<string, () => void>();
  #all: readonly string[] = [];
  #seen: readonly string[] = [];
  #chosen = "";

  constructor(connection: Pick<Connection, "watch">, listener: TickerListener) {
    this.#connection = connection;
    this.#listener = listener;
  }

  /** Called once, with all there are. */
  open(instrumentIds: readonly string[]): void {
    this.#all = instrumentIds;
    this.#arrange();
  }

  choose(instrumentId: string): void {
    this.#chosen = instrumentId;
    this.#arrange();
  }

  /** Those that are seen in a list: they come before others. */
  look(instrumentIds: readonly string[]): void {
    this.#seen = instrumentIds;
    this.#arrange();
  }

  close(): void {
    for (const end of this.#watched.values()) end();
    this.#watched.clear();
  }

  #arrange(): void {
    // Those watched already come before the other ones: an exchange costs a new stream.
    const known = this.#all.filter((id) => this.#watched.has(id));
    const wanted = new Set([...new Set([...this.#seen, ...known, ...this.#all])].slice(0, MOST_TICKERS));
    if (this.#chosen !== "") wanted.add(this.#chosen);
    for (const [id, end] of this.#watched) {
      if (wanted.has(id)) continue;
      this.#watched.delete(id);
      end();
      this.#listener.ended(id);
    }
    for (const id of wanted) if (!this.#watched.has(id)) this.#watched.set(id, this.#watch(id));
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
