import { Channel, SubscribeRequestSchema, type SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import type { Address } from "../platform/api.ts";
import { workInOtherProcess } from "../platform/other-process.ts";
import { Samples, type Summary } from "../platform/samples.ts";
import { usageOf } from "../platform/usage.ts";
import { watchStreams } from "./watch-streams.ts";

export interface SubscribersOptions {
  readonly address: Address;
  readonly connections: number;
  readonly streams: number;
  readonly instrumentIds: readonly string[];
  /** Every so many streams one is read message by message. */
  readonly readEvery: number;
  /** Milliseconds after the last stream's first message that are not counted. */
  readonly settle: number;
}

export interface SubscribersResult {
  readonly seconds: number;
  readonly messages: number;
  readonly bytes: number;
  /** From the server's clock on a message to its receipt. */
  readonly delivery: Summary;
  /** From the time of a trade (log time of the input that made it) to the receipt of its message. */
  readonly trade: Summary;
  /** Trades heard on each stream that was read; the highest and the lowest. */
  readonly mostTrades: number;
  readonly fewestTrades: number;
  /** Of a stream that is read: market sequences out of order, and resyncs. */
  readonly disorders: number;
  readonly resyncs: number;
  /** Streams that ended by themselves. */
  readonly ended: readonly string[];
  /** Share of one core that this process took. */
  readonly cpuShare: number;
}

const CHANNELS = [Channel.BOOK, Channel.TRADES, Channel.TICKER];

/** Listens until it is told to finish. */
async function listen(options: SubscribersOptions, finished: Promise<void>): Promise<SubscribersResult> {
  const listener = new Listener();
  const request = create(SubscribeRequestSchema, {
    subscriptions: options.instrumentIds.flatMap((instrumentId) =>
      CHANNELS.map((channel) => ({ subscriptionId: `${channel} ${instrumentId}`, channel, instrumentId })),
    ),
  });
  const watching = await watchStreams({
    ...options.address,
    ...options,
    request,
    heard: (response, stream) => listener.hear(response, stream),
  });
  await new Promise((resolve) => setTimeout(resolve, options.settle));
  listener.start();
  const began = performance.now();
  const before = { messages: watching.messages(), bytes: watching.bytes(), cpu: usageOf(process.pid).cpu };
  await finished;
  const milliseconds = performance.now() - began;
  const result = {
    seconds: milliseconds / 1000,
    messages: watching.messages() - before.messages,
    bytes: watching.bytes() - before.bytes,
    ...listener.result(),
    ended: watching.ended(),
    cpuShare: (usageOf(process.pid).cpu - before.cpu) / milliseconds,
  };
  watching.close();
  return result;
}

/** What the streams that are read say. */
class Listener {
  readonly #delivery = new Samples();
  readonly #trade = new Samples();
  readonly #trades = new Map<number, number>();
  /** By stream and instrument: the last trade's sequence. */
  readonly #sequences = new Map<string, bigint>();
  #measuring = false;
  #disorders = 0;
  #resyncs = 0;

  start(): void {
    this.#measuring = true;
  }

  hear(response: SubscribeResponse, stream: number): void {
    const now = performance.timeOrigin + performance.now();
    const sent = millisecondsOf(response.serverTime);
    const { content } = response;
    if (content.case === "resync") this.#resyncs += 1;
    if (content.case !== "update") return;
    if (this.#measuring && sent !== undefined) this.#delivery.add(now - sent);
    for (const trade of content.value.contents?.trades ?? []) {
      const place = `${stream} ${trade.instrumentId}`;
      if (trade.sequence <= (this.#sequences.get(place) ?? 0n)) this.#disorders += 1;
      this.#sequences.set(place, trade.sequence);
      this.#trades.set(stream, (this.#trades.get(stream) ?? 0) + 1);
      const occurred = millisecondsOf(trade.occurredAt);
      if (this.#measuring && occurred !== undefined) this.#trade.add(now - occurred);
    }
  }

  result() {
    const trades = [...this.#trades.values()];
    return {
      delivery: this.#delivery.summary(),
      trade: this.#trade.summary(),
      mostTrades: trades.reduce((most, count) => Math.max(most, count), 0),
      fewestTrades: trades.reduce((least, count) => Math.min(least, count), trades[0] ?? 0),
      disorders: this.#disorders,
      resyncs: this.#resyncs,
    };
  }
}

workInOtherProcess(listen);
