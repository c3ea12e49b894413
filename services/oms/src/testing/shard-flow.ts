import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { decideVenue } from "@atlas/domain/venue/decide-venue";
import { emptyVenue } from "@atlas/domain/venue/venue-state";
import { type Instrument, InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type NewOrderSchema, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { decode, encode } from "@atlas/gen/codec/codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Arrival } from "@atlas/platform/shard/arrival";
import { timestampOf } from "@atlas/platform/wire/time";
import { venueInputOf } from "@atlas/platform/wire/venue/venue-input";
import { wireVenueReport } from "@atlas/platform/wire/venue/venue-report";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { OmsShard } from "../oms-shard.ts";

const START = 1_767_225_600_000;

export const digest: Digest = {
  sha256: (content) => createHash("sha256").update(content).digest(),
  crc32: (content, seed) => crc32(content, seed),
};

const BTC_USD: Instrument = create(InstrumentSchema, {
  instrumentId: "BTC-USD",
  baseAsset: "BTC",
  quoteAsset: "USD",
  tick: "0.01",
  lot: "0.0001",
  minimumNotional: "1",
  maximumNotional: "10000000",
  defaultMaximumQuantity: "100",
  makerFee: "0.0002",
  takerFee: "0.0005",
  collar: "0.05",
  marketModel: MarketModel.NONE,
  version: 1n,
});

type CommandFields = Omit<MessageInitShape<typeof OrderCommandSchema>, "$typeName">;
export type NewOrderFields = Omit<MessageInitShape<typeof NewOrderSchema>, "$typeName">;

/** An input as it stands on the log: bytes, so that no run sees another's objects. */
export interface LoggedInput {
  readonly arrival: Omit<Arrival<unknown>, "command">;
  readonly bytes: Uint8Array;
}

/** One order shard with its venue, driven by wire messages; keeps what stood on its partition and what it said. */
export class ShardFlow {
  readonly shard = new OmsShard(0, 1);
  readonly inputs: LoggedInput[] = [];
  readonly events: OrderEvent[] = [];
  now = START;
  readonly #venue = emptyVenue({ shard: 0, omsPartitions: 1, tickInterval: 100 });
  #toVenue: Uint8Array[] = [];
  #toShard: Uint8Array[] = [];
  #numbers = new Map<string, number>();
  #requests = 0;

  constructor() {
    const value = { change: { case: "instrumentDefined" as const, value: BTC_USD } };
    this.send({ command: { case: "control", value } }, "control/0");
    const definition = shardInstrument(this.shard);
    const time = { appendTime: this.now, logTime: this.now };
    decideVenue(this.#venue, { kind: "DEFINE_INSTRUMENT", instrument: definition, participants: undefined }, time);
  }

  open(accountId: string, funds: Record<string, string>): void {
    this.client(accountId, { case: "createAccount", value: { ownerId: accountId } });
    for (const [asset, amount] of Object.entries(funds)) {
      this.client(accountId, { case: "deposit", value: { amount: { asset, amount } } });
    }
  }

  submit(accountId: string, order: NewOrderFields, fields: CommandFields = {}): readonly OrderEvent[] {
    const value = { order: { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, ...order } };
    return this.client(accountId, { case: "submit", value }, fields);
  }

  /** A client's command, as a gateway would send it. */
  client(accountId: string, command: CommandFields["command"], fields: CommandFields = {}): readonly OrderEvent[] {
    const requestId = fields.requestId ?? `r-${++this.#requests}`;
    const time = timestampOf(this.now);
    return this.send(
      {
        commandId: `c-${++this.#requests}`,
        accountId,
        requestId,
        contentDigest: digest.sha256(encode(OrderCommandCodec, create(OrderCommandSchema, { command }))).slice(0, 16),
        principal: { userId: "user", keyId: "key" },
        quote: { bid: "49990", ask: "50010", last: "50000", marketSequence: 7n, time },
        validUntil: timestampOf(this.now + 15_000),
        orderId: `00${accountId}${requestId}`,
        command,
        ...fields,
      },
      "gAAAAAAAAAAA",
    );
  }

  /** Puts a message on the shard's partition and lets it decide. */
  send(fields: CommandFields, source: string): readonly OrderEvent[] {
    return this.#log(encode(OrderCommandCodec, create(OrderCommandSchema, fields)), source);
  }

  /** Lets the shard decide an input of another flow. */
  again(input: LoggedInput): void {
    this.inputs.push(input);
    this.events.push(...decideLogged(this.shard, input));
  }

  get waiting(): number {
    return this.#toVenue.length + this.#toShard.length;
  }

  /** One message goes on: to the venue, or back. */
  deliver(toVenueFirst = true): void {
    const toVenue = this.#toVenue.length > 0 && (toVenueFirst || this.#toShard.length === 0);
    if (toVenue) this.#tellVenue(this.#toVenue.shift() as Uint8Array);
    else if (this.#toShard.length > 0) this.#log(this.#toShard.shift() as Uint8Array, "venue/0");
  }

  settle(): void {
    while (this.waiting > 0) this.deliver();
  }

  #log(bytes: Uint8Array, source: string): readonly OrderEvent[] {
    const number = (this.#numbers.get(source) ?? 0) + 1;
    this.#numbers.set(source, number);
    const position = { offset: this.inputs.length, index: 0 };
    const link = { source, number, chain: source.includes("/") ? BigInt(number * 17) : 0n };
    const input = { arrival: { position, appendTime: this.now, link }, bytes };
    this.inputs.push(input);
    const decided = decideLogged(this.shard, input);
    for (const event of decided) {
      this.events.push(event);
      for (const message of this.shard.linkMessages(event)) this.#toVenue.push(message.bytes);
    }
    return decided;
  }

  #tellVenue(bytes: Uint8Array): void {
    const definition = shardInstrument(this.shard);
    const input = venueInputOf(decode(VenueCommandCodec, bytes), () => definition);
    if (input === undefined) return;
    const { reports } = decideVenue(this.#venue, input, { appendTime: this.now, logTime: this.now });
    for (const report of reports) {
      const value = wireVenueReport(report, definition);
      const command = create(OrderCommandSchema, { accountId: report.accountId });
      command.command = { case: "report", value };
      this.#toShard.push(encode(OrderCommandCodec, command));
    }
  }
}

/** Lets a shard decide an input, slices and all. */
export function decideLogged(shard: OmsShard, { arrival, bytes }: LoggedInput): OrderEvent[] {
  const command: OrderCommand = decode(OrderCommandCodec, bytes);
  const events = [...shard.decide({ ...arrival, command })];
  while (shard.workOpen) events.push(...shard.advance());
  return events;
}

export function bytesOf(events: readonly OrderEvent[]): string[] {
  return events.map((event) => Buffer.from(encode(OrderEventCodec, event)).toString("base64"));
}

function shardInstrument(shard: OmsShard) {
  return shard.state.listing("BTC-USD").instrument;
}
