import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { type VenueCommand, VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { type AppendFault, memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { nextChain } from "@atlas/platform/shard/link-chain";
import { stateHashOf } from "@atlas/platform/shard/state-hash";
import { encodeFrame, openFrame, readMessages } from "@atlas/platform/wire/codec/frame";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ownVenue } from "./venue-owner.ts";

const digest = {
  sha256: (content: Uint8Array | string) => new Uint8Array(createHash("sha256").update(content).digest()),
  crc32: (content: Uint8Array, seed?: number) => crc32(content, seed),
};
const SETTINGS = { shard: 0, omsPartitions: 2, tickInterval: 100 };
const DEFINE: MessageInitShape<typeof VenueCommandSchema> = {
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

class Platform {
  readonly clock = manualClock();
  readonly log;
  readonly store = memoryStore({ clock: this.clock });
  readonly problems: string[] = [];
  /** Of the public market. */
  events = 0;
  #chain = 0n;
  #number = 0;
  #writers = 0;

  constructor(fault: (topic: string) => AppendFault | undefined = () => undefined) {
    this.log = memoryLog({ clock: this.clock, fault: ({ topic }) => fault(topic) });
  }

  async own(mostWaiting = 100_000) {
    const { log, store, clock } = this;
    const warn = (message: string) => void this.problems.push(message);
    const ports = { log, store, clock, digest, warn, writer: `w-${++this.#writers}`, mostWaiting };
    const decided = (events: readonly unknown[]) => {
      this.events += events.length;
    };
    const failed = (error: Error) => void this.problems.push(error.message);
    const owned = ownVenue(ports, SETTINGS, { decided, failed });
    const started = owned.owner.start();
    await clock.advance(100);
    await started;
    return owned;
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

  async reports(partition: number) {
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

function order(orderId: string, accountId: string, side: Side, price: number, lots: number) {
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

test("F22: with so many messages unacknowledged no further order is taken, until the log has them", async () => {
  let away = false;
  const platform = new Platform((topic) => (away && topic !== "venue.orders" ? { kind: "refused" } : undefined));
  await platform.own(10);
  await platform.send(DEFINE);
  const before = platform.events;
  away = true;
  for (let number = 1; number <= 20; number++) await platform.send(order(`o-${number}`, "a", Side.BUY, number, 1));
  const held = platform.events - before;
  expect([held > 0, held < 20]).toEqual([true, true]);
  away = false;
  await platform.clock.advance(2_000);
  expect(platform.events - before).toBe(20);
  expect((await platform.reports(0)).size + (await platform.reports(1)).size).toBe(20);
});

test("S12, S20, I10, I20, F14: a successor decides again from the image and sends the same reports, each once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          account: fc.constantFrom("a", "b", "c", "d"),
          side: fc.constantFrom(Side.BUY, Side.SELL),
          price: fc.integer({ min: 8, max: 12 }),
          lots: fc.integer({ min: 1, max: 5 }),
          end: fc.constantFrom("lives", "lives", "lives", "stops", "goes on unaware"),
        }),
        { minLength: 1, maxLength: 25 },
      ),
      fc.infiniteStream(fc.nat(7)),
      async (steps, luck) => {
        const faults: AppendFault[] = [{ kind: "answer-lost" }, { kind: "lands-late", milliseconds: 9 }];
        let armed = true;
        const platform = new Platform((topic) =>
          armed && topic !== "venue.orders" ? faults[luck.next().value ?? 7] : undefined,
        );
        let owned = await platform.own();
        await platform.send(DEFINE);
        for (const [index, { account, side, price, lots, end }] of steps.entries()) {
          await platform.send(order(`o-${index}`, account, side, price, lots));
          if (end === "lives") continue;
          const stopped = end === "stops" ? owned.owner.stop(1_000) : undefined;
          await platform.clock.advance(2_000);
          await stopped;
          owned = await platform.own();
        }
        armed = false;
        await platform.clock.advance(1_000);

        const reference = new Platform();
        const whole = await reference.own();
        await reference.send(DEFINE);
        const shift = platform.clock.now() - reference.clock.now();
        expect(shift).toBeGreaterThanOrEqual(0);
        for (const [index, { account, side, price, lots }] of steps.entries()) {
          await reference.send(order(`o-${index}`, account, side, price, lots));
        }
        await reference.clock.advance(1_000);
        const sizes = async (one: Platform) => [(await one.reports(0)).size, (await one.reports(1)).size];
        expect(await sizes(platform)).toEqual(await sizes(reference));
        expect(owned.shard.state.matchCount).toBe(whole.shard.state.matchCount);
        expect(platform.problems.filter((problem) => !problem.startsWith("an append has no"))).toEqual([]);

        const again = new Platform();
        const restored = ownVenue({ ...again, digest, warn: () => undefined, writer: "w" } as never, SETTINGS, {
          decided: () => undefined,
          failed: () => undefined,
        });
        restored.shard.restore(owned.shard.copy());
        expect(stateHashOf(restored.shard.copy(), digest)).toBe(stateHashOf(owned.shard.copy(), digest));
      },
    ),
    { numRuns: 25 },
  );
});

test("S26: an order for an instrument that the venue does not know is refused, not dropped", async () => {
  const platform = new Platform();
  await platform.own();
  await platform.send({ ...order("o-1", "a", Side.BUY, 10, 1), instrumentId: "NO-USD" });
  await platform.clock.advance(100);
  const reports = new Map([...(await platform.reports(0)), ...(await platform.reports(1))]);
  expect(reports.size).toBe(1);
});
