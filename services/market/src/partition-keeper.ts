import { isAway } from "@atlas/platform/ports/away";
import type { Clock } from "@atlas/platform/ports/clock";
import type { LogRange } from "@atlas/platform/ports/log";
import type { Store, StorePut } from "@atlas/platform/ports/store";
import type { Warn } from "@atlas/platform/shard/warn";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { CandleHistory } from "./candle-history.ts";
import { candleTerms } from "./candle-interval.ts";
import type { CandleRow, CandleSeries } from "./candle-series.ts";
import { imageOf, marketOf } from "./instrument-image.ts";
import type { InstrumentMarket } from "./instrument-market.ts";
import { type MarketImage, MarketImages } from "./market-image.ts";

/** An image is written after so many events, but not within `PAUSE`; or when the last one is `OLD`. Milliseconds. */
const MANY_EVENTS = 50_000;
const PAUSE = 5_000;
const OLD = 300_000;

export interface KeptPosition {
  readonly shardSequence: number;
  readonly nextOffset: number;
}

export interface LoadedPartition extends KeptPosition {
  readonly markets: readonly InstrumentMarket[];
}

/** Keeps a partition's image and its candles in the store, so that a start reads little of the log. */
export class PartitionKeeper {
  readonly #clock: Clock;
  readonly #warn: Warn;
  readonly #store: Store;
  readonly #partition: number;
  readonly #images: MarketImages;
  readonly #history: CandleHistory;
  #saved: Saved = new Map();
  #imageSequence = 0;
  #imageAt: number;
  #saving = false;

  constructor(ports: { clock: Clock; warn: Warn; store: Store }, partition: number) {
    this.#clock = ports.clock;
    this.#warn = ports.warn;
    this.#store = ports.store;
    this.#partition = partition;
    this.#images = new MarketImages(ports.store, partition);
    this.#history = new CandleHistory(ports.store);
    this.#imageAt = ports.clock.monotonic();
  }

  /** `undefined`: there is no image, none from which the log goes on, or none that can be read (F14). */
  async load(range: LogRange): Promise<LoadedPartition | undefined> {
    try {
      return await this.#load(range);
    } catch (error) {
      if (isAway(error)) throw error;
      const { message } = error as Error;
      this.#warn("the market's image cannot be read", { partition: this.#partition, reason: message });
      this.#saved = new Map();
      return undefined;
    }
  }

  async #load({ start, end }: LogRange): Promise<LoadedPartition | undefined> {
    this.#saved = new Map();
    const image = await this.#images.load();
    if (image === undefined || image.nextOffset < start || image.nextOffset > end) return undefined;
    const markets = await Promise.all(
      image.instruments.map(async (one) => {
        const complete = await Promise.all(
          candleTerms.map(async (terms, index) => {
            const now = one.candles[index]?.[0] ?? one.cutAt;
            return now === undefined ? [] : this.#loadCandles(one.instrumentId, terms.held, index, now);
          }),
        );
        this.#saved.set(
          one.instrumentId,
          complete.map((rows) => rows.at(-1)?.[0] ?? -1),
        );
        return marketOf(one, complete);
      }),
    );
    this.#imageSequence = image.shardSequence;
    return { shardSequence: image.shardSequence, nextOffset: image.nextOffset, markets };
  }

  /** Writes an image of what stands now, if it is time. Returns at once. */
  keep(markets: readonly InstrumentMarket[], position: KeptPosition): void {
    const events = position.shardSequence - this.#imageSequence;
    const age = this.#clock.monotonic() - this.#imageAt;
    const isDue = events > 0 && ((events >= MANY_EVENTS && age >= PAUSE) || age >= OLD);
    if (this.#saving || !isDue) return;
    this.#saving = true;
    this.#imageAt = this.#clock.monotonic();
    const image: MarketImage = { ...position, instruments: markets.map(imageOf) };
    this.#save(image, [...markets]).then(
      () => {
        this.#saving = false;
        this.#imageSequence = position.shardSequence;
      },
      (error: Error) => {
        this.#saving = false;
        this.#warn("the market's image was not kept", { partition: this.#partition, reason: error.message });
      },
    );
  }

  async #save(image: MarketImage, markets: readonly InstrumentMarket[]): Promise<void> {
    // Another one when the partition begins anew meanwhile, with other markets.
    const saved = this.#saved;
    await Promise.all(markets.map((market) => this.#remember(market, saved)));
    const candles = markets.map((market) => this.#candlePuts(market, saved));
    for (const { puts } of candles) {
      for (let from = 0; from < puts.length; from += 100) await this.#store.putAll(puts.slice(from, from + 100));
    }
    await this.#images.save(image);
    for (const { instrumentId, savedThrough, time } of candles) {
      saved.set(instrumentId, savedThrough);
      await this.#forget(instrumentId, time);
    }
  }

  /** Of a market that began behind a hole the store may have older candles: blocks that are written again are to hold them. */
  async #remember(market: InstrumentMarket, saved: Saved): Promise<void> {
    const { instrumentId, cutAt } = market;
    if (cutAt === undefined || saved.has(instrumentId)) return;
    const older = await Promise.all(
      market.candles.map(({ terms }) =>
        this.#history.read(instrumentId, terms, { from: 0, to: cutAt }, terms.held, true),
      ),
    );
    for (const [index, series] of market.candles.entries()) series.remember(older[index] ?? []);
    saved.set(
      instrumentId,
      older.map((rows) => rows.at(-1)?.[0] ?? -1),
    );
  }

  #candlePuts(market: InstrumentMarket, saved: Saved): CandlePuts {
    const through = saved.get(market.instrumentId) ?? candleTerms.map(() => -1);
    const puts = market.candles.flatMap((series, index) =>
      this.#history.puts(market.instrumentId, series, through[index] ?? -1),
    );
    return {
      instrumentId: market.instrumentId,
      puts,
      savedThrough: market.candles.map((series, index) => newestComplete(series) ?? through[index] ?? -1),
      time: millisecondsOf(market.occurredAt) ?? 0,
    };
  }

  async #forget(instrumentId: string, time: number): Promise<void> {
    for (const terms of candleTerms) {
      if (terms.stored === undefined) continue;
      await this.#history.forget(instrumentId, terms, time - terms.stored * terms.length);
    }
  }

  /** What the store has beyond the image comes again from the log. */
  #loadCandles(instrumentId: string, held: number, index: number, currentStart: number): Promise<CandleRow[]> {
    const terms = candleTerms[index] as (typeof candleTerms)[number];
    return this.#history.read(instrumentId, terms, { from: 0, to: currentStart }, held, true);
  }
}

/** Start of the newest candle in the store, by instrument, as `candleTerms` goes. */
type Saved = Map<string, number[]>;

interface CandlePuts {
  readonly instrumentId: string;
  readonly puts: readonly StorePut[];
  readonly savedThrough: number[];
  /** Milliseconds of log time. */
  readonly time: number;
}

function newestComplete(series: CandleSeries): number | undefined {
  return series.completeSince(0).at(-1)?.start;
}
