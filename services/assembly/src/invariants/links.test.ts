import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { AppendAttempt } from "@atlas/platform/memory/memory-log";
import { BrokenFrameError, type Frame, openFrame, readMessage } from "@atlas/platform/wire/codec/frame";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, statusOf } from "../testing/desk.ts";

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform({ partitions: { oms: 1, venue: 1 } }).start();
  desk = new Desk(platform, await platform.account("ada", { USD: "100000", ETH: "50" }));
});
afterEach(() => expect(platform.failures).toEqual([]));

/** Of a topic the next frames that one shard sends to another are damaged as they land; answers how many were. */
function damage(topic: string, source: string, frames = 1, then: () => void = () => undefined): () => number {
  let left = frames;
  platform.world.appendFault = (attempt: AppendAttempt) => {
    if (left === 0 || attempt.topic !== topic || opened(attempt.bytes)?.header.source !== source) return undefined;
    if (!isOfClients(topic, opened(attempt.bytes))) return undefined;
    left -= 1;
    then();
    return { kind: "damaged" };
  };
  return () => frames - left;
}

/** The simulated participants' reports come by the same link: those are not waited for. */
function isOfClients(topic: string, frame: Frame | undefined): boolean {
  if (topic !== "orders.commands" || frame?.header.source !== "venue/0") return true;
  return readMessage(frame, frame.count - 1, OrderCommandCodec).accountId === "ada";
}

function opened(bytes: Uint8Array): Frame | undefined {
  try {
    return openFrame(bytes, platform.world.digest);
  } catch (error) {
    if (error instanceof BrokenFrameError) return undefined;
    throw error;
  }
}

/** By the numbers of a link: how often each stands on the log, readable. */
async function numbers(topic: string, source: string): Promise<number[]> {
  const { end } = await platform.run(platform.world.log.range(topic, 0));
  const counts: number[] = [];
  for (const { bytes } of end === 0 ? [] : await platform.run(platform.world.log.read(topic, 0, 0, 1e9))) {
    const frame = opened(bytes);
    if (frame?.header.source !== source) continue;
    for (let index = 0; index < frame.count; index++) {
      const number = Number(frame.header.firstNumber) + index;
      counts[number - 1] = (counts[number - 1] ?? 0) + 1;
    }
  }
  return counts;
}

/** An order that rests, as it is a few seconds later. */
async function rests(): Promise<string> {
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(6_000);
  return statusOf(await platform.run(desk.read(orderId)));
}

describe("S4, F13: what was damaged on a link is sent again by itself, though nothing follows", () => {
  test.each([
    ["an order on its way to its venue", "venue.orders", "oms/0"],
    ["a report on its way to its order shard", "orders.commands", "venue/0"],
  ])("%s", async (_, topic, source) => {
    const damaged = damage(topic, source);
    expect(await rests()).toBe("LIVE");
    expect(damaged()).toBe(1);
  });

  test("what is sent again is damaged, too, more than once", async () => {
    const damaged = damage("venue.orders", "oms/0", 3);
    expect(await rests()).toBe("LIVE");
    expect(damaged()).toBe(3);
  });

  test("many messages of which the first is damaged: in order, each once, and the link goes on", async () => {
    const [bid, ask] = [{ side: Side.BUY }, { side: Side.SELL, limitPrice: "2000" }];
    damage("venue.orders", "oms/0");
    for (let count = 0; count < 5; count++)
      await platform.run(desk.submit(count % 2 === 0 ? bid : { ...ask, limitPrice: "3000" }));
    await platform.clock.advance(4_000);
    expect(await rests()).toBe("LIVE");
    const orders = await platform.run(desk.list());
    expect(new Set(orders.map(statusOf))).toEqual(new Set(["LIVE"]));
    const counts = await numbers("venue.orders", "oms/0");
    expect(counts.every((count) => count >= 1)).toBe(true);
    expect(counts.at(-1)).toBe(1);
  });

  test("the receiver's owner dies before it has asked: its successor asks", async () => {
    const order = await unasked();
    platform.leader()?.process.kill();
    await platform.startOwner();
    await platform.clock.advance(4_000);
    expect(statusOf(await platform.run(desk.read(order)))).toBe("LIVE");
  });

  test("the sender's owner dies when it was asked, before it has sent: its successor is asked", async () => {
    const order = await unasked();
    const before = platform.leader()?.process;
    platform.world.appendFault = ({ topic, bytes }) => {
      if (topic !== "venue.orders" || opened(bytes)?.header.source !== "oms/0") return undefined;
      platform.world.appendFault = () => undefined;
      before?.kill();
      return { kind: "lost" };
    };
    platform.world.network.heal();
    await platform.clock.advance(2_000);
    expect(before?.state).toBe("DEAD");
    await platform.startOwner();
    await platform.clock.advance(4_000);
    expect(statusOf(await platform.run(desk.read(order)))).toBe("LIVE");
  });

  test("I20: two owners, of which each sees it, have the effect of one", async () => {
    await platform.startOwner();
    const damaged = damage("venue.orders", "oms/0", 2);
    expect(await rests()).toBe("LIVE");
    expect(damaged()).toBe(2);
    expect(await rests()).toBe("LIVE");
  });

  test.each([
    ["a venue's", "venue.orders", "oms/0"],
    ["an order shard's", "orders.commands", "venue/0"],
  ])("S21: %s standby does not ask; it does once it serves", async (_, topic, source) => {
    const standby = await platform.run(platform.beginStandby());
    const order = await unasked(topic, source);
    platform.leader()?.process.kill();
    await platform.clock.advance(1_000);
    expect(askedBy(standby.process.name)).toBe(0);
    await platform.run(platform.serve(standby));
    await platform.clock.advance(4_000);
    expect(statusOf(await platform.run(desk.read(order)))).toBe("LIVE");
    expect(askedBy(standby.process.name)).toBe(1);
  });
});

/** An order of which something was damaged on its way; its sender has kept that it left, and the one owner's questions do not arrive. */
async function unasked(topic = "venue.orders", source = "oms/0"): Promise<string> {
  const owner = platform.leader()?.process.name ?? "";
  platform.world.network.clog(owner, owner);
  damage(topic, source);
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(3_000);
  expect(statusOf(await platform.run(desk.read(orderId)))).toBe("PENDING_SUBMIT");
  return orderId;
}

function askedBy(process: string): number {
  return platform.warnings.filter((one) => one.startsWith(process) && one.includes("asked for again")).length;
}
