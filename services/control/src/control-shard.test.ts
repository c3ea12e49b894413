import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { partitionOf } from "@atlas/domain/partition/partition";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { ControlEventCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import {
  type ControlCommand,
  ControlCommandSchema,
  type ControlEvent,
} from "@atlas/gen/atlas/log/v1/control_record_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { decode, encode } from "@atlas/gen/codec/codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Arrival } from "@atlas/platform/shard/arrival";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ControlShard } from "./control-shard.ts";

type Body = MessageInitShape<typeof ControlCommandSchema>["command"];

const START = 1_700_000_000_000;
const COUNTS = { oms: 16, venue: 8 };
const digest: Digest = {
  sha256: (content) => createHash("sha256").update(content).digest(),
  crc32: (content, seed) => crc32(content, seed),
};

const instrument = {
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
  marketModel: MarketModel.SIMULATED,
  referencePrice: "50000",
  houseFunds: [
    { asset: "BTC", amount: "20000" },
    { asset: "USD", amount: "1000000000" },
  ],
  marketSeed: 7n,
};

function arrival(number: number, command: Body, requestId = `r${number}`): Arrival<ControlCommand> {
  return {
    position: { offset: number, index: 0 },
    appendTime: START + number,
    link: { source: "gAAAAAAAAAAA", number, chain: 0n },
    command: create(ControlCommandSchema, { commandId: `c${number}`, requestId, command }),
  };
}

function slabs(shard: ControlShard): Record<string, string> {
  return Object.fromEntries(shard.slabs.keys().map((key) => [key, Buffer.from(shard.slabs.copy(key)).toString("hex")]));
}

const bodies: fc.Arbitrary<Body> = fc.oneof(
  fc
    .record({ base: fc.constantFrom("BTC", "ETH", "btc"), takerFee: fc.constantFrom("0.0005", "0.001", "2") })
    .map(({ base, takerFee }) => {
      const houseFunds = [{ asset: base, amount: "1" }, instrument.houseFunds[1] as { asset: string; amount: string }];
      const named = { ...instrument, instrumentId: `${base}-USD`, baseAsset: base, takerFee, houseFunds };
      return { case: "defineInstrument" as const, value: { instrument: named } };
    }),
  fc.record({ userId: fc.constantFrom("ann", "bob"), keyId: fc.constantFrom("", "k") }).map((principal) => ({
    case: "revokePrincipal" as const,
    value: { principal },
  })),
  fc.constant({ case: undefined }),
);

test("I10: replay of its events, and every mixture of image slabs and events, give the live shard's state", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(bodies, fc.nat(9)), { maxLength: 40 }), fc.nat(), (commands, seed) => {
      const live = new ControlShard(COUNTS, digest);
      const events: ControlEvent[] = [];
      const images: { sequence: number; slabs: Map<string, Uint8Array> }[] = [];
      commands.forEach(([command, request], index) => {
        events.push(...live.decide(arrival(index + 1, command, `r${request}`)));
        const copied = live.slabs.keys().map((key) => [key, live.slabs.copy(key)] as const);
        images.push({ sequence: live.sequence, slabs: new Map(copied) });
      });
      const restored = new ControlShard(COUNTS, digest);
      for (const key of live.slabs.keys()) restored.slabs.restore(key, live.sequence, live.slabs.copy(key));
      restored.slabs.clear();
      expect(slabs(restored)).toEqual(slabs(new ControlShard(COUNTS, digest)));
      restored.slabs.keys().forEach((key, index) => {
        const image = images[(seed + 7 * index) % Math.max(1, images.length)];
        if (image !== undefined) restored.slabs.restore(key, image.sequence, image.slabs.get(key) as Uint8Array);
      });
      for (const event of events) restored.evolve(decode(ControlEventCodec, encode(ControlEventCodec, event)));
      expect(slabs(restored)).toEqual(slabs(live));
      expect(restored.instruments()).toEqual(live.instruments());
    }),
    { numRuns: 60 },
  );
});

test("S12: what a definition sends follows from the event as it stands on the log", () => {
  const shard = new ControlShard(COUNTS, digest);
  const [event] = shard.decide(arrival(1, { case: "defineInstrument", value: { instrument } })) as [ControlEvent];
  const logged = decode(ControlEventCodec, encode(ControlEventCodec, event));
  const sent = new ControlShard(COUNTS, digest).linkMessages(logged);
  expect(sent).toEqual(shard.linkMessages(event));
  expect(sent).toHaveLength(21);

  const house = partitionOf("house-BTC-USD", 16);
  const orders = sent.filter(({ destination }) => destination === `oms/${house}`).map(({ bytes }) => bytes);
  const commands = orders.map((bytes) => decode(OrderCommandCodec, bytes));
  expect(commands.map(({ command }) => command.case)).toEqual([
    "control",
    "createAccount",
    "deposit",
    "deposit",
    "allot",
  ]);
  expect(commands[2]).toMatchObject({
    accountId: "house-BTC-USD",
    requestId: "house-BTC-USD-deposit-BTC",
    command: { value: { amount: { asset: "BTC", amount: "20000" } } },
  });
  expect(new Set(commands.map(({ commandId }) => commandId)).size).toBe(5);
  expect(commands[2]?.orderId).toMatch(/^[0-9a-f]{2}[A-Za-z0-9_-]{20}$/);
  expect(Number.parseInt(commands[2]?.orderId.slice(0, 2) as string, 16)).toBe(house);
  expect(commands[2]?.contentDigest).toHaveLength(16);

  const venue = sent.find(({ destination }) => destination.startsWith("venue/"));
  expect(venue?.destination).toBe(`venue/${partitionOf("BTC-USD", 8)}`);
  expect(decode(VenueCommandCodec, venue?.bytes as Uint8Array)).toMatchObject({
    instrumentId: "BTC-USD",
    command: { case: "control", value: { change: { value: { instrumentId: "BTC-USD", version: 1n } } } },
  });
});

test("a refused definition names the field of the request", () => {
  const shard = new ControlShard(COUNTS, digest);
  const [event] = shard.decide(
    arrival(1, { case: "defineInstrument", value: { instrument: { ...instrument, collar: "7" } } }),
  );
  expect(event?.event).toMatchObject({ case: "answered", value: { refusal: { field: "instrument.collar" } } });
  expect(shard.linkMessages(event as ControlEvent)).toEqual([]);
});

test("F13: an input that cannot be read is counted and leaves no other trace", () => {
  const shard = new ControlShard(COUNTS, digest);
  shard.decideUnreadable({ position: { offset: 0, index: 0 }, appendTime: START, reason: "torn" });
  expect(shard.anomalies).toBe(1);
  expect(shard.sequence).toBe(1);
});
