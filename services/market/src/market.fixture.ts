import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import { type Level, type MarketEvent, MarketEventSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { type MemoryLogOptions, memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { Digest } from "@atlas/platform/ports/digest";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { MarketView } from "./market-view.ts";

/** 2026-11-20T00:00:00Z. */
export const MIDNIGHT = 1_795_132_800_000;

const digest: Digest = {
  sha256: (content) => hash("sha256", content, "buffer"),
  crc32: (content, seed) => crc32(content, seed),
};

export function level(price: string, quantity: string, orderCount = 1): Level {
  return { $typeName: "atlas.market.v1.Level", price, quantity, orderCount };
}

type EventInit = NonNullable<MessageInitShape<typeof MarketEventSchema>["event"]>;

export function delta(bids: Level[], asks: Level[] = []): EventInit {
  return { case: "delta", value: { bids, asks } };
}

export function trade(price: string, quantity: string, takerSide: Side = Side.BUY): EventInit {
  return { case: "trade", value: { matchId: `m-${price}-${quantity}`, price, quantity, takerSide } };
}

export const snapshot: EventInit = { case: "snapshot", value: {} };

/** A venue shard's writer: numbers events by instrument and shard. */
class EventWriter {
  readonly #sequences = new Map<string, number>();
  shardSequence = 0;
  time = MIDNIGHT;

  event(instrumentId: string, event: EventInit): MarketEvent {
    const sequence = (this.#sequences.get(instrumentId) ?? 0) + 1;
    this.#sequences.set(instrumentId, sequence);
    this.shardSequence++;
    return create(MarketEventSchema, {
      instrumentId,
      sequence: BigInt(sequence),
      shardSequence: BigInt(this.shardSequence),
      occurredAt: timestampOf(this.time),
      event,
    });
  }
}

export function frameOf(events: readonly MarketEvent[]): Uint8Array {
  const fields = { source: "venue/0", writer: "w", firstNumber: events[0]?.shardSequence ?? 0n };
  return encodeFrameOf(MarketEventCodec, fields, events, digest);
}

/** A log and a store in memory with one partition of `market.data`, and views of it. */
export function marketWorld(options: Partial<MemoryLogOptions> = {}) {
  const clock = manualClock();
  const log = memoryLog({ clock, ...options });
  /** Key of an item that is not what was written. */
  const damaged = { key: "" };
  const store = memoryStore({ clock, fault: ({ key }) => (key === damaged.key ? { kind: "damaged" } : undefined) });
  const warnings: string[] = [];
  const ports = { log, store, clock, digest, warn: (message: string) => void warnings.push(message) };
  const writer = new EventWriter();

  async function append(events: readonly MarketEvent[]): Promise<void> {
    void log.append(topics.marketData.name, 0, frameOf(events));
    await clock.settle();
  }

  function beginView() {
    const view = new MarketView(ports, 1);
    let state = "starting";
    view.start().then(
      () => {
        state = "started";
      },
      (error: Error) => {
        state = error.message;
      },
    );
    return { view, state: () => state };
  }

  return {
    clock,
    log,
    store,
    damaged,
    warnings,
    writer,
    append,
    /** Writes one event a frame. */
    async write(instrumentId: string, ...events: EventInit[]): Promise<void> {
      for (const event of events) await append([writer.event(instrumentId, event)]);
    },
    async startView(): Promise<MarketView> {
      const { view, state } = beginView();
      for (let turn = 0; turn < 50 && state() === "starting"; turn++) await clock.settle();
      return view;
    },
    /** A view, and how its start goes. */
    beginView,
  };
}
