import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderType, type Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { type VenueCommand, VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { type AppendFault, memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore, type StoreCall, type StoreFault } from "@atlas/platform/memory/memory-store";
import type { ImagePace } from "@atlas/platform/shard/image-writer";
import { nextChain } from "@atlas/platform/shard/link-chain";
import { encodeFrame, messageBytes, openFrame, readMessages } from "@atlas/platform/wire/codec/frame";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { type OwnedVenue, ownVenue } from "../venue-owner.ts";

export const digest = {
  sha256: (content: Uint8Array | string) => new Uint8Array(createHash("sha256").update(content).digest()),
  crc32: (content: Uint8Array, seed?: number) => crc32(content, seed),
};
export const SETTINGS = { shard: 0, omsPartitions: 2, tickInterval: 100 };
/** The instrument that `order` trades. */
export const DEFINE: MessageInitShape<typeof VenueCommandSchema> = {
  command: {
    case: "control",
    value: {
      change: {
        case: "instrumentDefined",
        value: { instrumentId: "X-USD", baseAsset: "X", quoteAsset: "USD", tick: "0.01", lot: "0.1" },
      },
    },
  },
};

/** A log, a store and a clock that outlive the owners of the venue shard on them, and an order shard that sends to it. */
export class VenuePlatform {
  readonly clock = manualClock();
  readonly log;
  /** What befalls a call of the store. */
  storeFault: (call: StoreCall) => StoreFault | undefined = () => undefined;
  readonly store = memoryStore({ clock: this.clock, fault: (call) => this.storeFault(call) });
  /** Of owners from now on; absent: as is usual. */
  imagePace: ImagePace | undefined;
  readonly problems: string[] = [];
  /** Of the public market. */
  events = 0;
  #chain = 0n;
  #number = 0;
  #writers = 0;

  constructor(fault: (topic: string) => AppendFault | undefined = () => undefined) {
    this.log = memoryLog({ clock: this.clock, fault: ({ topic }) => fault(topic) });
  }

  /** A process that owns the shard, or stands by for it. */
  async own(mostWaiting = 100_000, begin: "start" | "standBy" = "start"): Promise<OwnedVenue> {
    const owned = this.prepare(mostWaiting);
    const started = owned.owner[begin]();
    await this.clock.advance(100);
    await started;
    return owned;
  }

  /** A process that has not begun. */
  prepare(mostWaiting = 100_000): OwnedVenue {
    const { log, store, clock, imagePace } = this;
    const warn = (message: string) => void this.problems.push(message);
    const ports = { log, store, clock, digest, warn, writer: `w-${++this.#writers}`, mostWaiting };
    const decided = (events: readonly unknown[]) => {
      this.events += events.length;
    };
    const failed = (error: Error) => void this.problems.push(error.message);
    return ownVenue(imagePace === undefined ? ports : { ...ports, imagePace }, SETTINGS, { decided, failed });
  }

  /** The owner is gone, at once: what it has not said it never says. */
  async kill({ owner }: OwnedVenue): Promise<void> {
    const dead = owner.stop(0);
    await this.clock.advance(100);
    await dead;
  }

  async send(command: MessageInitShape<typeof VenueCommandSchema>): Promise<void> {
    const message = encode(VenueCommandCodec, create(VenueCommandSchema, command) as VenueCommand);
    const firstNumber = BigInt(++this.#number);
    const frame = encodeFrame({ source: "oms/0", writer: "w", firstNumber, chain: this.#chain }, [message], digest);
    this.#chain = nextChain(this.#chain, message, digest);
    const appended = this.log.append("venue.orders", 0, frame);
    await this.clock.advance(5);
    await appended;
  }

  /** Every report that stands there, repeats and all. */
  async sent(partition: number): Promise<{ number: number; bytes: Uint8Array }[]> {
    const records = this.log.read("orders.commands", partition, 0, 10_000_000).catch(() => []);
    await this.clock.settle();
    return (await records).flatMap((record) => {
      const frame = openFrame(record.bytes, digest);
      const first = Number(frame.header.firstNumber);
      return Array.from({ length: frame.count }, (_, index) => {
        return { number: first + index, bytes: messageBytes(frame, index).slice() };
      });
    });
  }

  /** The reports by number, each as text; two under one number are the same. */
  async reports(partition: number): Promise<Map<bigint, string>> {
    const records = this.log.read("orders.commands", partition, 0, 10_000_000).catch(() => []);
    await this.clock.settle();
    const byNumber = new Map<bigint, string>();
    for (const { bytes } of await records) {
      const frame = openFrame(bytes, digest);
      for (const [index, command] of readMessages(frame, OrderCommandCodec).entries()) {
        const text = encode(OrderCommandCodec, command).join();
        const number = frame.header.firstNumber + BigInt(index);
        expect(byNumber.get(number) ?? text).toBe(text);
        byNumber.set(number, text);
      }
    }
    return byNumber;
  }
}

/** A limit order. */
export function order(orderId: string, accountId: string, side: Side, price: number, lots: number) {
  return {
    instrumentId: "X-USD",
    command: {
      case: "place" as const,
      value: {
        orderId,
        accountId,
        version: 1n,
        side,
        type: OrderType.LIMIT,
        quantity: `${lots}`,
        limitPrice: `${price}`,
      },
    },
  };
}
