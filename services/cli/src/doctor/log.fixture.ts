import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Bucket, PostingReason } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import { type MarketEvent, MarketEventSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { Liquidity, OrderStatus, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { LogSource } from "./log-source.ts";

const digest = systemDigest();

/** A log of one order shard and one venue shard, in memory. */
export class FixtureLog implements LogSource {
  readonly partitions = { oms: 1, venue: 1 };
  readonly #records = new Map<string, Uint8Array[]>();

  async range(topic: string, partition: number) {
    return { start: 0, end: this.#of(topic, partition).length };
  }

  async *records(topic: string, partition: number, from: number, end: number) {
    for (let offset = from; offset < end; offset++) {
      yield { offset, appendTime: 0, bytes: this.#of(topic, partition)[offset] as Uint8Array };
    }
  }

  append(topic: string, bytes: Uint8Array): number {
    return this.#of(topic, 0).push(bytes) - 1;
  }

  /** A frame of events, from the first one's sequence. */
  events(...events: readonly OrderEvent[]): void {
    const fields = { source: "oms/0", writer: "w", firstNumber: events[0]?.sequence ?? 0n };
    this.append(topics.orderEvents.name, encodeFrameOf(OrderEventCodec, fields, events, digest));
  }

  /** A frame of commands of a gateway. */
  commands(firstNumber: number, ...commands: readonly OrderCommand[]): void {
    const fields = { source: "gAAAAAAAAAAA", writer: "w", firstNumber: BigInt(firstNumber) };
    this.append(topics.orderCommands.name, encodeFrameOf(OrderCommandCodec, fields, commands, digest));
  }

  /** A frame of reports of the venue. */
  reports(firstNumber: number, ...reports: readonly OrderCommand[]): void {
    const fields = { source: "venue/0", writer: "w", firstNumber: BigInt(firstNumber) };
    this.append(topics.orderCommands.name, encodeFrameOf(OrderCommandCodec, fields, reports, digest));
  }

  /** A frame of what the order shard sends to the venue. */
  venueOrders(firstNumber: number, ...commands: readonly MessageInitShape<typeof VenueCommandSchema>[]): void {
    const fields = { source: "oms/0", writer: "w", firstNumber: BigInt(firstNumber) };
    const messages = commands.map((one) => create(VenueCommandSchema, one));
    this.append(topics.venueOrders.name, encodeFrameOf(VenueCommandCodec, fields, messages, digest));
  }

  market(...events: readonly MarketEvent[]): void {
    const fields = { source: "venue/0", writer: "w", firstNumber: events[0]?.shardSequence ?? 0n };
    this.append(topics.marketData.name, encodeFrameOf(MarketEventCodec, fields, events, digest));
  }

  #of(topic: string, partition: number): Uint8Array[] {
    const key = `${topic}/${partition}`;
    const found = this.#records.get(key) ?? [];
    this.#records.set(key, found);
    return found;
  }
}

type EventInit = Exclude<MessageInitShape<typeof OrderEventSchema>, OrderEvent>;

export function event(sequence: number, init: EventInit): OrderEvent {
  return create(OrderEventSchema, {
    eventId: `oms/0:${sequence}`,
    shard: "oms/0",
    sequence: BigInt(sequence),
    cause: { offset: BigInt(sequence - 1), index: 0 },
    ...init,
  });
}

function posting(asset: string, fromBucket: Bucket, toBucket: Bucket, amount: string, orderId = "", accountId = "a") {
  return { accountId, asset, fromBucket, toBucket, amount, reason: PostingReason.RESERVE, orderId };
}

/** 1,000 USD paid in; 100 reserved by an order to buy 1 at 100, without fees; filled; one event each, from 1. */
export function lifeOfAnOrder(): OrderEvent[] {
  const { EXTERNAL, AVAILABLE, RESERVED, CLEARING } = Bucket;
  const order = {
    orderId: "o1",
    accountId: "a",
    ownerId: "a",
    requestId: "r1",
    instrumentId: "BTC-USD",
    side: Side.BUY,
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.GTC,
    quantity: "1",
    limitPrice: "100",
    status: OrderStatus.PENDING_SUBMIT,
    version: 1n,
    cumulativeQuantity: "0",
    leavesQuantity: "1",
    canceledQuantity: "0",
    fees: "0",
    reserved: { asset: "USD", amount: "100" },
  };
  const live = { status: OrderStatus.LIVE, version: 2n, quantity: "1", cumulativeQuantity: "0", leavesQuantity: "1" };
  const progress = { ...live, canceledQuantity: "0", reserved: "100", limitPrice: "100", fees: "0", cost: "0" };
  const filled = { ...progress, status: OrderStatus.FILLED, version: 3n, cumulativeQuantity: "1", leavesQuantity: "0" };
  const fill = {
    executionId: "x1",
    matchId: "m1",
    orderId: "o1",
    instrumentId: "BTC-USD",
    side: Side.BUY,
    price: "100",
    quantity: "1",
    liquidity: Liquidity.MAKER,
  };
  return [
    event(1, { accountId: "a", postings: [posting("USD", EXTERNAL, AVAILABLE, "1000")] }),
    event(2, {
      accountId: "a",
      orderId: "o1",
      postings: [posting("USD", AVAILABLE, RESERVED, "100", "o1")],
      event: { case: "orderAccepted", value: { order } },
    }),
    event(3, { accountId: "a", orderId: "o1", event: { case: "orderLive", value: { progress } } }),
    event(4, {
      accountId: "a",
      orderId: "o1",
      postings: [posting("USD", RESERVED, CLEARING, "100", "o1"), posting("BTC", CLEARING, AVAILABLE, "1", "o1")],
      event: { case: "orderFilled", value: { progress: { ...filled, reserved: "0", cost: "100" }, fill } },
    }),
    event(5, {
      accountId: "house-BTC-USD",
      event: {
        case: "allotmentTraded",
        value: { instrumentId: "BTC-USD", fill: { ...fill, orderId: "h", side: Side.SELL } },
      },
    }),
  ];
}

export function command(init: MessageInitShape<typeof OrderCommandSchema> = {}): OrderCommand {
  return create(OrderCommandSchema, { accountId: "a", command: { case: "submit", value: {} }, ...init });
}

export function marketEvent(sequence: number, event: MessageInitShape<typeof MarketEventSchema>["event"]): MarketEvent {
  const number = BigInt(sequence);
  return create(MarketEventSchema, { instrumentId: "BTC-USD", sequence: number, shardSequence: number, event });
}
