import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import { ExecutionReportCodec } from "@atlas/gen/atlas/order/v1/execution_report_codec";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { Codec } from "@atlas/gen/codec/codec";
import type { LogRecord } from "@atlas/platform/ports/log";
import { type Frame, frameOf, messageBytes, readMessage } from "@atlas/platform/wire/codec/frame";

/** A message as it stands on the log. */
export interface Logged<M> {
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
  readonly appendTime: number;
  readonly source: string;
  readonly writer: string;
  /** On its link, or in its sequence; 0: it has none. */
  readonly number: number;
  /** Absent: it does not decode. */
  readonly message: M | undefined;
  readonly bytes: Uint8Array;
}

/** Everything that stands on the log, by topic; repeats and all. */
export interface LogReading {
  readonly orderCommands: readonly Logged<OrderCommand>[];
  readonly orderEvents: readonly Logged<OrderEvent>[];
  readonly reports: readonly Logged<ExecutionReport>[];
  readonly venueOrders: readonly Logged<VenueCommand>[];
  readonly marketData: readonly Logged<MarketEvent>[];
}

export async function readLog(platform: MemoryPlatform): Promise<LogReading> {
  const { oms, venue } = platform.partitions;
  return {
    orderCommands: await readTopic(platform, "orders.commands", oms, OrderCommandCodec),
    orderEvents: await readTopic(platform, "orders.events", oms, OrderEventCodec),
    reports: await readTopic(platform, "exec.reports", oms, ExecutionReportCodec),
    venueOrders: await readTopic(platform, "venue.orders", venue, VenueCommandCodec),
    marketData: await readTopic(platform, "market.data", venue, MarketEventCodec),
  };
}

async function readTopic<M>(platform: MemoryPlatform, topic: string, partitions: number, codec: Codec<M>) {
  const { log, digest } = platform.world;
  const read: Logged<M>[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const { start, end } = await platform.run(log.range(topic, partition));
    if (start === end) continue;
    for (const record of await platform.run(log.read(topic, partition, start, 1e9))) {
      const frame = frameOf(record.bytes, digest);
      if (frame !== undefined) read.push(...messagesOf(partition, record, frame, codec));
    }
  }
  return read;
}

/** The messages of a record that was taken apart. */
export function messagesOf<M>(
  partition: number,
  { offset, appendTime }: LogRecord,
  frame: Frame,
  codec: Codec<M>,
): Logged<M>[] {
  const { source, writer, firstNumber } = frame.header;
  const messages: Logged<M>[] = [];
  for (let index = 0; index < frame.count; index++) {
    const number = firstNumber === 0n ? 0 : Number(firstNumber) + index;
    const message = decoded(() => readMessage(frame, index, codec));
    const bytes = messageBytes(frame, index);
    messages.push({ partition, offset, index, appendTime, source, writer, number, message, bytes });
  }
  return messages;
}

function decoded<M>(read: () => M): M | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** As a reader sees a sequence that drops repeats (S15): by partition, each number once, the first copy. */
export function inSequence<M>(all: readonly Logged<M>[]): Map<number, Logged<M>[]> {
  const partitions = new Map<number, Logged<M>[]>();
  for (const one of all) {
    const sequence = partitions.get(one.partition) ?? [];
    partitions.set(one.partition, sequence);
    if (one.number === sequence.length + 1) sequence.push(one);
  }
  return partitions;
}
