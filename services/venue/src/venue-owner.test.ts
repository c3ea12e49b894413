import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ShardOutputsCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { ResendRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode } from "@atlas/gen/codec/codec";
import type { AppendFault } from "@atlas/platform/memory/memory-log";
import type { LogRecord } from "@atlas/platform/ports/log";
import { nextChain } from "@atlas/platform/shard/link-chain";
import { stateHashOf } from "@atlas/platform/shard/state-hash";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { DEFINE, digest, order, SETTINGS, VenuePlatform } from "./testing/venue-platform.ts";
import { ownVenue } from "./venue-owner.ts";

test("S14: one that failed sends nothing more and keeps no position, image or tick", async () => {
  let away = false;
  const platform = new VenuePlatform((topic) => (away && topic !== "venue.orders" ? { kind: "refused" } : undefined));
  const { owner, shard } = await platform.own();
  await platform.send(DEFINE);
  await platform.clock.advance(2_000);
  const position = async () => {
    const stored = platform.store.get("atlas_shards", "venue/0/outputs");
    await platform.clock.settle();
    return (await stored)?.version;
  };
  const [sent, kept] = [await platform.sent(0), await position()];
  away = true;
  await platform.send(order("o-1", "a", Side.BUY, 1, 1));
  vi.spyOn(shard, "decide").mockImplementation(() => {
    throw new Error("a defect");
  });
  await platform.send(order("o-2", "a", Side.BUY, 2, 1));
  expect(platform.problems).toContain("a defect");
  expect(owner.hasFailed).toBe(true);
  away = false;
  await platform.clock.advance(5_000);
  const stopping = owner.stop(60_000);
  await platform.clock.advance(100);
  await stopping;
  expect(await platform.sent(0)).toEqual(sent);
  expect(await platform.sent(1)).toEqual([]);
  expect(await position()).toBe(kept);
  const images = platform.store.query("atlas_shards", { partition: "venue/0", from: "", to: "~", limit: 10 });
  await platform.clock.settle();
  expect((await images).map(({ sort }) => sort)).toEqual(["outputs"]);
});

test("S14, S21: a standby's look that is answered once it has taken over takes nothing back of what has left", async () => {
  const platform = new VenuePlatform();
  const { owner } = await platform.own();
  await platform.send(DEFINE);
  await platform.send(order("o-1", "a", Side.BUY, 1, 1));
  await platform.clock.advance(2_000);
  const standby = await platform.own(undefined, "standBy");
  const range = platform.log.range.bind(platform.log);
  const held = Promise.withResolvers<void>();
  platform.log.range = (topic, partition) => held.promise.then(() => range(topic, partition));
  const looking = standby.owner.keepUp();
  platform.log.range = range;
  const stopped = owner.stop(100);
  await platform.clock.advance(100);
  await stopped;
  const serving = standby.owner.serve();
  await platform.clock.settle();
  await serving;
  await platform.send(order("o-2", "a", Side.BUY, 2, 1));
  await platform.clock.advance(100);
  held.resolve();
  await platform.clock.settle();
  await looking;
  await platform.clock.advance(2_000);
  const asked = platform.store.get("atlas_shards", "venue/0/outputs");
  await platform.clock.settle();
  const { positions } = decode(ShardOutputsCodec, (await asked)?.body as Uint8Array);
  const link = positions.find(({ destination }) => destination === "oms/0");
  expect(Number(link?.number)).toBe((await platform.reports(0)).size);
});

test("F22: with so many messages unacknowledged no further order is taken, until the log has them", async () => {
  let away = false;
  const platform = new VenuePlatform((topic) => (away && topic !== "venue.orders" ? { kind: "refused" } : undefined));
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

test.each(["market.data", "orders.commands"])(
  "F12: an owner tells that %s takes nothing of it after ten seconds, and until it does",
  async (bad) => {
    let away = false;
    const platform = new VenuePlatform((topic) => (away && topic === bad ? { kind: "refused" } : undefined));
    const { owner } = await platform.own();
    await platform.send(DEFINE);
    away = true;
    await platform.send(order("o-1", "a", Side.BUY, 1, 1));
    await platform.clock.advance(9_900);
    expect(owner.untaken).toBeUndefined();
    await platform.clock.advance(200);
    expect(owner.untaken).toMatch(new RegExp(`^${bad}/\\d$`));
    away = false;
    await platform.clock.advance(100);
    expect(owner.untaken).toBeUndefined();
  },
);

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
        const platform = new VenuePlatform((topic) =>
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

        const reference = new VenuePlatform();
        const whole = await reference.own();
        await reference.send(DEFINE);
        const shift = platform.clock.now() - reference.clock.now();
        expect(shift).toBeGreaterThanOrEqual(0);
        for (const [index, { account, side, price, lots }] of steps.entries()) {
          await reference.send(order(`o-${index}`, account, side, price, lots));
        }
        await reference.clock.advance(1_000);
        const sizes = async (one: VenuePlatform) => [(await one.reports(0)).size, (await one.reports(1)).size];
        expect(await sizes(platform)).toEqual(await sizes(reference));
        expect(owned.shard.state.matchCount).toBe(whole.shard.state.matchCount);
        expect(platform.problems.filter((problem) => !problem.startsWith("an append has no"))).toEqual([]);

        const again = new VenuePlatform();
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

describe("S4: a venue sends its reports again, as it decides them anew", () => {
  /** An order each; an image is kept behind so many of them. Where their reports went, and the link's chain after each. */
  async function reported(platform: VenuePlatform, orders: number, imageAfter: number) {
    let owned = await platform.own();
    await platform.send(DEFINE);
    for (let number = 1; number <= orders; number++) {
      await platform.send(order(`o-${number}`, "a", Side.BUY, number, 1));
      if (number !== imageAfter) continue;
      const stopped = owned.owner.stop(1_000);
      await platform.clock.advance(1_000);
      await stopped;
      owned = await platform.own();
    }
    await platform.clock.advance(1_500);
    const partition = (await platform.reports(0)).size > 0 ? 0 : 1;
    const chains = [0n];
    for (const { bytes } of await platform.sent(partition)) chains.push(nextChain(chains.at(-1) ?? 0n, bytes, digest));
    return { owned, partition, chains };
  }

  test.each([
    ["from the first input, if there is no image", 0, 0],
    ["from the first input, if the image has it behind it", 15, 0],
    ["from the image, if that is early enough", 5, 6],
  ])("%s", async (_, imageAfter, begin) => {
    const platform = new VenuePlatform();
    const { owned, partition, chains } = await reported(platform, 20, imageAfter);
    const tails = vi.spyOn(platform.log, "tail");
    const before = await platform.sent(partition);
    const link = { shard: "venue/0", destination: `oms/${partition}`, fromNumber: 9n };
    const request = create(ResendRequestSchema, { ...link, afterChain: chains[8] as bigint });
    const answer = owned.owner.resend(request, Number.MAX_SAFE_INTEGER);
    await platform.clock.advance(500);
    expect((await answer).messages).toBe(12n);
    expect(tails.mock.calls.map(([topic, number, from]) => [topic, number, from])).toEqual([
      ["venue.orders", 0, begin],
    ]);
    const after = await platform.sent(partition);
    expect(after.slice(before.length)).toEqual(before.slice(8));
    await platform.send(order("o-last", "a", Side.BUY, 2, 1));
    await platform.clock.advance(500);
    expect((await platform.sent(partition)).at(-1)?.number).toBe(21);
    expect(platform.problems).toEqual([]);
  });

  test("S2: and decides nothing of its own twice: what is in its books and on the market stays", async () => {
    const platform = new VenuePlatform();
    const { owned, partition, chains } = await reported(platform, 6, 0);
    const [events, hash] = [platform.events, stateHashOf(owned.shard.copy(), digest)];
    const link = { shard: "venue/0", destination: `oms/${partition}`, fromNumber: 2n, afterChain: chains[1] as bigint };
    const answer = owned.owner.resend(create(ResendRequestSchema, link), Number.MAX_SAFE_INTEGER);
    await platform.clock.advance(500);
    await answer;
    expect([platform.events, stateHashOf(owned.shard.copy(), digest)]).toEqual([events, hash]);
  });

  // Fails when it is noticed only where the first of them is found.
  test("and decides no further once its owner has stopped", async () => {
    const platform = new VenuePlatform();
    const { owned, partition } = await reported(platform, 20, 0);
    const tail = platform.log.tail.bind(platform.log);
    platform.log.tail = (topic, number, from, receiver) => {
      const receive = async (records: readonly LogRecord[]) => {
        for (const record of records) await receiver.receive([record]);
      };
      return tail(topic, number, from, { ...receiver, receive });
    };
    const link = { shard: "venue/0", destination: `oms/${partition}`, fromNumber: 18n };
    const refused = vi.fn();
    owned.owner.resend(create(ResendRequestSchema, link), Number.MAX_SAFE_INTEGER).catch(refused);
    await platform.clock.advance(5);
    void owned.owner.stop(0);
    await platform.clock.advance(2);
    expect(refused.mock.calls).toMatchObject([[{ refusal: { reason: Reason.NOT_READY } }]]);
  });

  test("not where its inputs are read otherwise now: loudly", async () => {
    const platform = new VenuePlatform();
    const { owned, partition } = await reported(platform, 6, 0);
    const before = await platform.sent(partition);
    const link = { shard: "venue/0", destination: `oms/${partition}`, fromNumber: 2n, afterChain: 5n };
    const answer = owned.owner.resend(create(ResendRequestSchema, link), Number.MAX_SAFE_INTEGER);
    answer.catch(() => undefined);
    await platform.clock.advance(500);
    await expect(answer).rejects.toThrow("another history");
    expect(platform.problems).toEqual(["messages cannot be sent again"]);
    expect(await platform.sent(partition)).toHaveLength(before.length);
  });
});

test("S26: an order for an instrument that the venue does not know is refused, not dropped", async () => {
  const platform = new VenuePlatform();
  await platform.own();
  await platform.send({ ...order("o-1", "a", Side.BUY, 10, 1), instrumentId: "NO-USD" });
  await platform.clock.advance(100);
  const reports = new Map([...(await platform.reports(0)), ...(await platform.reports(1))]);
  expect(reports.size).toBe(1);
});
