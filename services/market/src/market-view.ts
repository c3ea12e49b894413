import { QUOTE_LIVES } from "@atlas/domain/limits/quote";
import type { Candle, CandleInterval, Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { InstrumentMarket } from "./instrument-market.ts";
import { type MarketListener, MarketPartition, type MarketPorts } from "./market-partition.ts";

/** The public market of every instrument, as the venue's records on the log tell it. */
export class MarketView {
  readonly #clock: Clock;
  readonly #markets = new Map<string, InstrumentMarket>();
  readonly #listeners = new Map<string, Set<MarketListener>>();
  readonly #partitions: readonly MarketPartition[];

  /** `partitions`: of `market.data`, as the platform was created. */
  constructor(ports: MarketPorts, partitions: number) {
    this.#clock = ports.clock;
    const tell: MarketListener = (event, market) => {
      const listeners = this.#listeners.get(event.instrumentId);
      if (listeners === undefined) return;
      for (const listener of [...listeners]) listener(event, market);
    };
    this.#partitions = Array.from(
      { length: partitions },
      (_, partition) => new MarketPartition(ports, partition, this.#markets, tell),
    );
  }

  /** Resolves when everything is applied that stood on the log when that could be asked first, or when the view is closed. */
  async start(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => partition.start()));
  }

  close(): void {
    for (const partition of this.#partitions) partition.close();
  }

  /** Why partitions are not read on, one line each; empty: all are. */
  problems(): readonly string[] {
    return this.#partitions.map(({ problem }) => problem).filter((problem) => problem !== "");
  }

  /** `undefined`: no event of this instrument has come. */
  market(instrumentId: string): InstrumentMarket | undefined {
    return this.#markets.get(instrumentId);
  }

  /** The instruments whose events have come, by id. */
  instrumentIds(): string[] {
    return [...this.#markets.keys()].sort();
  }

  /**
   * What a gateway stamps on a command (S7). None of a market that has been silent for longer than a quote lives: after the
   * log's clock went back, its time alone would not tell (F17).
   */
  quote(instrumentId: string): Quote | undefined {
    const market = this.#markets.get(instrumentId);
    const isSilent = market !== undefined && this.#clock.monotonic() - market.heardAt > QUOTE_LIVES;
    return isSilent ? undefined : market?.quote();
  }

  /** The candle that trades fall into now. */
  candle(instrumentId: string, interval: CandleInterval): Candle | undefined {
    return this.#markets.get(instrumentId)?.candle(interval);
  }

  /** Whether anybody hears of the instrument's events. */
  isWatched(instrumentId: string): boolean {
    return this.#listeners.has(instrumentId);
  }

  /** The instruments that anybody hears of. */
  watched(): string[] {
    return [...this.#listeners.keys()];
  }

  /** Hears of every event of the instrument from now on, in sequence, right after it was applied. The answer ends it. */
  subscribe(instrumentId: string, listener: MarketListener): () => void {
    const listeners = this.#listeners.get(instrumentId) ?? new Set();
    this.#listeners.set(instrumentId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(instrumentId) === listeners) this.#listeners.delete(instrumentId);
    };
  }
}
