import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import { isAway } from "@atlas/platform/ports/away";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import { type Log, type LogRange, type LogRecord, OffsetTrimmed, type Tail } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import type { Warn } from "@atlas/platform/shard/warn";
import { topics } from "@atlas/platform/topic/topics";
import { BrokenFrameError, type Frame, openFrame, readMessage } from "@atlas/platform/wire/codec/frame";
import { InstrumentMarket } from "./instrument-market.ts";
import { PartitionKeeper } from "./partition-keeper.ts";

export interface MarketPorts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly warn: Warn;
  /** Whether this process leaves images and candles to another; absent: it keeps them itself. */
  readonly readOnly?: boolean;
}

/** Told of every event right after it was applied. Must not throw and must not keep the caller waiting. */
export type MarketListener = (event: MarketEvent, market: InstrumentMarket) => void;

/** After a stop: how long until the partition is read again from where it stopped. */
const RETRY = 1_000;

/**
 * The instruments of one partition of `market.data`: events are applied in `shard_sequence`, repeats dropped, and at a
 * gap it stops, says so, and reads again from there (S15, I19); what was trimmed before it was read it does without.
 */
export class MarketPartition {
  readonly #ports: MarketPorts;
  readonly #partition: number;
  readonly #markets: Map<string, InstrumentMarket>;
  readonly #listener: MarketListener;
  readonly #keeper: PartitionKeeper;
  readonly #own: InstrumentMarket[] = [];
  #tail: Tail | undefined;
  #sequence: number | undefined = 0;
  #next = 0;
  #closed = false;
  #stoppedAt = -1;
  #cancelRetry: () => void = () => {};
  #problem = "";
  /** Where the log ended when it was asked first. */
  #due: number | undefined;
  #caughtUp: () => void = () => {};

  /** `markets` gets an entry for every instrument of the partition. */
  constructor(ports: MarketPorts, partition: number, markets: Map<string, InstrumentMarket>, listener: MarketListener) {
    this.#ports = ports;
    this.#partition = partition;
    this.#markets = markets;
    this.#listener = listener;
    this.#keeper = new PartitionKeeper(ports, partition);
  }

  /**
   * Resolves when everything is applied that stood on the log when that could be asked first, when it stands still at what no waiting
   * cures, or when it is closed. Log and store may be away: it waits for them. `problem` tells of both (F12, F13).
   */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#caughtUp = resolve;
      void this.#begin();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry();
    this.#tail?.close();
    this.#caughtUp();
  }

  /** Why it is not read on, in words; empty: it is. */
  get problem(): string {
    return this.#problem === "" ? "" : `${topics.marketData.name}/${this.#partition} is not read: ${this.#problem}`;
  }

  /** Finds where to read from: behind the image, or where the log begins if there is none that it goes on from. */
  async #seek(): Promise<LogRange> {
    const range = await this.#ports.log.range(topics.marketData.name, this.#partition);
    const image = await this.#keeper.load(range);
    for (const { instrumentId } of this.#own.splice(0)) this.#markets.delete(instrumentId);
    if (image !== undefined) {
      for (const market of image.markets) this.#adopt(market);
      this.#sequence = image.shardSequence;
      this.#next = image.nextOffset;
    } else {
      this.#sequence = range.start === 0 ? 0 : undefined;
      this.#next = range.start;
    }
    return range;
  }

  /**
   * Reads from an image or the log's beginning on: at a start, and when what was to be read next is gone for good, for what is known
   * cannot go on over the hole.
   */
  async #begin(): Promise<void> {
    try {
      const { end } = await this.#seek();
      this.#due ??= end;
    } catch (error) {
      this.#stop(error as Error, true);
      return;
    }
    if (this.#closed) return;
    this.#stoppedAt = -1;
    this.#follow();
    this.#progress();
  }

  #follow(): void {
    this.#tail = this.#ports.log.tail(topics.marketData.name, this.#partition, this.#next, {
      receive: (records) => this.#receive(records),
      fail: (error) => this.#stop(error),
    });
  }

  #receive(records: readonly LogRecord[]): void {
    try {
      for (const record of records) {
        this.#read(record);
        this.#next = record.offset + 1;
      }
    } catch (error) {
      this.#stop(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (this.#ports.readOnly !== true) {
      this.#keeper.keep(this.#own, { shardSequence: this.#sequence ?? 0, nextOffset: this.#next });
    }
    this.#progress();
  }

  #progress(): void {
    this.#problem = "";
    if (this.#due !== undefined && this.#next >= this.#due) this.#caughtUp();
  }

  #read(record: LogRecord): void {
    if (record.offset !== this.#next) throw new Error(`offset ${record.offset} came where ${this.#next} was due`);
    const frame = this.#open(record);
    if (frame === undefined) return;
    const first = Number(frame.header.firstNumber);
    const last = this.#sequence ?? first - 1;
    if (first > last + 1) throw new Error(`market event ${first} of the shard came after ${last} (S15)`);
    for (let index = last + 1 - first; index < frame.count; index++) {
      this.#apply(readMessage(frame, index, MarketEventCodec));
      this.#sequence = first + index;
    }
  }

  /** What is no frame holds no event; if it was to, the gap behind it is seen (F13). */
  #open(record: LogRecord): Frame | undefined {
    try {
      return openFrame(record.bytes, this.#ports.digest);
    } catch (error) {
      if (!(error instanceof BrokenFrameError)) throw error;
      this.#ports.warn("a record of the market cannot be read", {
        topic: topics.marketData.name,
        partition: this.#partition,
        offset: record.offset,
        reason: error.message,
      });
      return undefined;
    }
  }

  #apply(event: MarketEvent): void {
    let market = this.#markets.get(event.instrumentId);
    if (market === undefined) {
      market = new InstrumentMarket(event.instrumentId);
      this.#adopt(market);
    }
    market.apply(event);
    market.heardAt = this.#ports.clock.monotonic();
    this.#listener(event, market);
  }

  #adopt(market: InstrumentMarket): void {
    this.#markets.set(market.instrumentId, market);
    this.#own.push(market);
  }

  /** What stands there may be mended, or be a passing fault of the reader: it is read again, and said once per place. */
  #stop(error: Error, beginsAnew = error instanceof OffsetTrimmed): void {
    this.#tail?.close();
    if (this.#closed) return;
    this.#problem = error.message;
    // Its instruments have no price that is fresh; those of the others are not to wait for them.
    if (!beginsAnew && !isAway(error)) this.#caughtUp();
    if (this.#stoppedAt !== this.#next) {
      this.#stoppedAt = this.#next;
      this.#ports.warn("the market view stands still", {
        topic: topics.marketData.name,
        partition: this.#partition,
        offset: this.#next,
        reason: error.message,
      });
    }
    const goOn = () => (beginsAnew ? void this.#begin() : this.#follow());
    this.#cancelRetry = this.#ports.clock.after(RETRY, goOn);
  }
}
