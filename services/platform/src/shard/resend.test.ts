import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ResendRequestSchema, type ResendResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test, vi } from "vitest";
import type { AppendFault } from "../memory/memory-log.ts";
import { sleep } from "../ports/clock.ts";
import { copiedRecord } from "../wire/codec/copied-frame.ts";
import { encodeFrame, messageBytes, openFrame } from "../wire/codec/frame.ts";
import type { LinkMessage } from "./event-shard.ts";
import { nextChain } from "./link-chain.ts";
import { sentByEvents } from "./sent-by-events.ts";
import { digest, type Owned, TallyPlatform } from "./testing/tally-platform.ts";
import { TallyShard, tallyKind } from "./testing/tally-shard.ts";

const DESTINATION = "venue/0";

/** What a receiver takes of the link, of which it could not read the frames at some offsets: numbers in order, chain checked (S4). */
async function received(platform: TallyPlatform, damaged: readonly number[] = []) {
  const { end } = await run(platform, platform.log.range("venue.orders", 0));
  const records = end === 0 ? [] : await run(platform, platform.log.read("venue.orders", 0, 0, 100_000_000));
  let [number, chain] = [0, 0n];
  const firsts: number[] = [];
  const chains = [chain];
  for (const { bytes, offset } of records) {
    const frame = openFrame(bytes, digest);
    firsts.push(Number(frame.header.firstNumber));
    if (damaged.includes(offset)) continue;
    let before = frame.header.chain;
    for (let index = 0; index < frame.count; index++) {
      const after = nextChain(before, messageBytes(frame, index), digest);
      if (Number(frame.header.firstNumber) + index === number + 1) {
        expect(before).toBe(chain);
        number += 1;
        chain = after;
        chains.push(chain);
      }
      before = after;
    }
  }
  return { number, chains, frames: firsts.length, firsts };
}

async function run<Value>(platform: TallyPlatform, work: Promise<Value>, milliseconds = 200): Promise<Value> {
  void work.catch(() => undefined);
  await platform.clock.advance(milliseconds);
  return work;
}

function resend(platform: TallyPlatform, { owner }: Owned, from: number, afterChain: bigint, onlyCount = false) {
  const request = { shard: "oms/0", destination: DESTINATION, fromNumber: BigInt(from), afterChain, onlyCount };
  return owner.resend(create(ResendRequestSchema, request), platform.clock.monotonic() + 5_000);
}

async function messages(platform: TallyPlatform, answer: Promise<ResendResponse>): Promise<number> {
  return Number((await run(platform, answer)).messages);
}

/** Ten messages, each in a frame of its own. */
async function ten(platform: TallyPlatform): Promise<void> {
  for (let number = 1; number <= 10; number++) await platform.send(["a"], number);
}

describe("S4: a shard with an event log sends again", () => {
  test("what was damaged and all behind it, in order, and the link goes on", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    await ten(platform);
    const { number, chains } = await received(platform, [3]);
    expect(number).toBe(3);
    expect(await messages(platform, resend(platform, owned, 4, chains[3] as bigint))).toBe(7);
    expect((await received(platform, [3])).number).toBe(10);
    await platform.send(["b"], 11);
    expect((await received(platform, [3])).number).toBe(11);
  });

  test("nothing when it is only asked how much there is, or has nothing from there on", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    await ten(platform);
    const { frames } = await received(platform);
    expect(await messages(platform, resend(platform, owned, 4, 0n, true))).toBe(7);
    expect(await messages(platform, resend(platform, owned, 11, 0n))).toBe(0);
    const elsewhere = { shard: "oms/0", destination: "venue/7", fromNumber: 1n };
    const answer = owned.owner.resend(create(ResendRequestSchema, elsewhere), Number.MAX_SAFE_INTEGER);
    expect(await messages(platform, answer)).toBe(0);
    expect((await received(platform)).frames).toBe(frames);
  });

  test("behind what is in flight, with it, and before what waits", async () => {
    let fault: AppendFault | undefined;
    const platform = new TallyPlatform({ append: (topic) => (topic === "venue.orders" ? fault : undefined) });
    const owned = await platform.own();
    await ten(platform);
    const { chains } = await received(platform);
    fault = { kind: "answered-late", milliseconds: 300 };
    await platform.send(["b"], 11);
    fault = undefined;
    await platform.send(["c", "c"], 12);
    const answer = resend(platform, owned, 9, chains[8] as bigint);
    await platform.send(["d"], 14);
    expect(Number((await run(platform, answer, 1_000)).messages)).toBeGreaterThanOrEqual(5);
    // It has seen neither the ninth message nor the one in flight.
    const { number, firsts } = await received(platform, [8, 10]);
    expect([number, firsts.slice(10)]).toEqual([14, [11, 9, 11, 12]]);
  });

  test("while it looks for them new ones leave, and are sent again behind them; then they wait", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    await ten(platform);
    const { chains } = await received(platform);
    const read = platform.log.read.bind(platform.log);
    platform.log.read = (...place) => sleep(platform.clock, 100).then(() => read(...place));
    const answer = resend(platform, owned, 3, chains[2] as bigint);
    for (let number = 11; number <= 20; number++) await platform.send(["b"], number);
    await run(platform, answer, 1_000);
    platform.log.read = read;
    await platform.send(["c"], 21);
    // It has seen nothing behind the second message until they came again.
    const { number, firsts } = await received(platform, [2]);
    expect(number).toBe(21);
    expect(firsts.slice(10).indexOf(3)).toBeGreaterThan(0);
    expect(firsts.filter((first) => first === 21)).toHaveLength(1);
  });

  test("by who comes after one that died when it had begun", async () => {
    let fault: AppendFault | undefined;
    const platform = new TallyPlatform({ append: (topic) => (topic === "venue.orders" ? fault : undefined) });
    const owned = await platform.own();
    await ten(platform);
    await platform.clock.advance(1_500);
    const chain = (await received(platform, [4])).chains[4] as bigint;
    fault = { kind: "lost" };
    const refused = resend(platform, owned, 5, chain);
    await expect(run(platform, refused, 6_000)).rejects.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
    await run(platform, owned.owner.stop(0));
    fault = undefined;
    const next = await platform.own();
    expect((await received(platform, [4])).number).toBe(4);
    expect(await messages(platform, resend(platform, next, 5, chain))).toBe(6);
    expect((await received(platform, [4])).number).toBe(10);
  });

  test("I20: two owners who are both asked say the same, and each link goes on by either", async () => {
    const platform = new TallyPlatform();
    const [one, other] = [await platform.own(), await platform.own(undefined, 40)];
    await ten(platform);
    await platform.clock.advance(500);
    const { chains, number } = await received(platform, [0, 1, 2, 3]);
    const answers = [one, other].map((owned) => resend(platform, owned, number + 1, chains[number] as bigint));
    await Promise.all(answers.map((answer) => messages(platform, answer)));
    await platform.send(["b"], 11);
    await platform.clock.advance(500);
    expect((await received(platform, [0, 1, 2, 3])).number).toBe(11);
    expect(platform.failures).toEqual([]);
  });

  test("not to one with another history: loudly, and nothing of it leaves", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    await ten(platform);
    const { frames } = await received(platform);
    const refused = run(platform, resend(platform, owned, 4, 77n));
    await expect(refused).rejects.toMatchObject({ refusal: { reason: Reason.DEFECT } });
    expect(platform.warnings).toContain("messages cannot be sent again");
    expect((await received(platform)).frames).toBe(frames);
    await platform.send(["b"], 11);
    expect((await received(platform)).number).toBe(11);
  });

  test("S28: not what its event log no longer has: loudly, and the link goes on", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    await ten(platform);
    const { chains } = await received(platform);
    await run(platform, platform.log.trim("orders.events", 0, 6));
    const refused = run(platform, resend(platform, owned, 4, chains[3] as bigint));
    await expect(refused).rejects.toThrow("4 is not found any more");
    await platform.send(["b"], 11);
    expect((await received(platform)).number).toBe(11);
  });

  // Fails when the link stays held, and when the asker is told that all was sent.
  test("not when it stops in the midst of it: whoever asked is told", async () => {
    let fault: AppendFault | undefined;
    const platform = new TallyPlatform({ append: (topic) => (topic === "venue.orders" ? fault : undefined) });
    const owned = await platform.own();
    await ten(platform);
    const { chains } = await received(platform);
    fault = { kind: "answered-late", milliseconds: 4_000 };
    const answer = resend(platform, owned, 4, chains[3] as bigint);
    void answer.catch(() => undefined);
    await platform.clock.advance(100);
    await run(platform, owned.owner.stop(0));
    const refused = expect(run(platform, answer, 1)).rejects;
    await refused.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
  });

  // Fails when it is noticed only where a piece of them is found.
  test("and does not go on looking for them once it has stopped", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    for (let number = 1; number <= 300; number++) await platform.send(["a"], number);
    const read = platform.log.read.bind(platform.log);
    const slow = vi.fn<typeof read>((...place) => sleep(platform.clock, 100).then(() => read(...place)));
    platform.log.read = slow;
    const answer = resend(platform, owned, 2, 0n);
    void answer.catch(() => undefined);
    await platform.clock.advance(50);
    await run(platform, owned.owner.stop(0), 0);
    const before = slow.mock.calls.length;
    await expect(run(platform, answer, 1_000)).rejects.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
    expect(slow.mock.calls.length).toBe(before);
  });

  // Fails when it is taken for something that passes: it would be tried each second.
  test("not what it cannot find for a reason that stays: loudly", async () => {
    const platform = new TallyPlatform();
    const owned = await platform.own();
    await ten(platform);
    platform.log.read = () => Promise.reject(new Error("what stands there makes no sense"));
    const refused = run(platform, resend(platform, owned, 4, 0n));
    await expect(refused).rejects.toMatchObject({ refusal: { reason: Reason.DEFECT } });
    expect(platform.warnings).toContain("messages cannot be sent again");
  });

  test("S21: not as a standby", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    const standby = await platform.standBy();
    await ten(platform);
    const refused = run(platform, resend(platform, standby, 4, 0n));
    await expect(refused).rejects.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
  });
});

describe("S12: what a shard has sent is found in its event log", () => {
  /** Pieces in which it is handed over, and offsets that were read. */
  async function found(platform: TallyPlatform, from: number, through: number) {
    const pieces: number[][] = [];
    const read: number[] = [];
    const log = {
      range: platform.log.range.bind(platform.log),
      read: (topic: string, partition: number, offset: number, bytes: number) => {
        read.push(offset);
        return platform.log.read(topic, partition, offset, bytes);
      },
    } as never;
    const find = sentByEvents({ ports: { log, digest }, kind: tallyKind, shard: new TallyShard(), partition: 0 });
    const take = async (some: readonly LinkMessage[]) => void pieces.push(some.map(({ number }) => number));
    const refuseStopped = () => undefined;
    await run(platform, find({ destination: DESTINATION, from, through: () => through, refuseStopped }, take));
    return { pieces, read };
  }

  test("from its end backwards, so far as is needed", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    for (let number = 1; number <= 300; number++) await platform.send(["a"], number);
    const { pieces, read } = await found(platform, 290, 297);
    expect(pieces.flat()).toEqual([290, 291, 292, 293, 294, 295, 296, 297]);
    expect(Math.min(...read)).toBe(300 - 64);
    expect((await found(platform, 2, 300)).pieces.flat()).toHaveLength(299);
  });

  test("in pieces that are bounded, however much it is", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    for (let first = 1; first < 10_000; first += 2_000) await platform.send(new Array(2_000).fill("a"), first);
    await platform.clock.advance(1_000);
    const { pieces } = await found(platform, 1, 10_000);
    expect(pieces.flat()).toHaveLength(10_000);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(2 * 4_096);
  });

  test("I20: though another owner wrote the first of the events down once more, behind the last", async () => {
    const platform = new TallyPlatform();
    const events = decided(100);
    for (const { sequence } of [...events, ...events.slice(0, 70)]) {
      const bytes = encode(OrderEventCodec, events[Number(sequence) - 1] as OrderEvent);
      const frame = encodeFrame({ source: "oms/0", writer: "w", firstNumber: sequence }, [bytes], digest);
      await run(platform, platform.log.append("orders.events", 0, frame), 1);
    }
    expect((await found(platform, 55, 100)).pieces.flat()).toEqual(Array.from({ length: 46 }, (_, at) => 55 + at));
  });
});

// Fails when a copy is opened as the frame that it is.
test("F13: the copy of a record that nobody could read holds no event", async () => {
  const platform = new TallyPlatform();
  await platform.own();
  const broken = { offset: 0, appendTime: 1, bytes: new Uint8Array([1, 2, 3]) };
  await run(platform, platform.log.append("orders.events", 0, copiedRecord(broken, digest)));
  const find = sentByEvents({
    ...{ ports: { log: platform.log, digest }, kind: tallyKind, shard: new TallyShard(), partition: 0 },
  });
  const range = { destination: DESTINATION, from: 1, through: () => 1, refuseStopped: () => undefined };
  await expect(
    run(
      platform,
      find(range, () => Promise.resolve()),
    ),
  ).resolves.toBeUndefined();
});

function decided(count: number): OrderEvent[] {
  const shard = new TallyShard();
  const command = create(OrderCommandSchema, { accountId: "a" });
  return Array.from({ length: count }, (_, offset) => {
    const position = { offset, index: 0 };
    return shard.decide({ position, appendTime: 1, link: undefined, command })[0] as OrderEvent;
  });
}
