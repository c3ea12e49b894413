import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AppendFault } from "../memory/memory-log.ts";
import { encodeFrame, readMessages } from "../wire/codec/frame.ts";
import { digest, TallyPlatform } from "./testing/tally-platform.ts";

describe("links", () => {
  test("S4: a gateway's numbers may leave holes, repeats are dropped without an event", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    await platform.send(["a", "a"], 1);
    await platform.send(["a", "a"], 1);
    await platform.send(["a"], 7);
    await platform.send(["b"], 6);
    expect([shard.tally("a"), shard.tally("b"), shard.sequence]).toEqual([3, 0, 3]);
  });

  test("S4: a shard's link that jumps is dropped loudly, and goes on where it was", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    await platform.sendOverLink(["a"]);
    await platform.sendOverLink(["b"], { skip: 1 });
    expect(shard.tally("b")).toBe(0);
    expect(platform.warnings).toContain("a link jumped");
    await platform.sendOverLink(["b"]);
    expect(shard.tally("b")).toBe(1);
  });

  test("S4: a link whose history differs stops the shard", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    await platform.sendOverLink(["a"]);
    await platform.sendOverLink(["a"], { forge: 77n });
    expect(shard.tally("a")).toBe(1);
    expect(platform.failures[0]?.message).toContain("two histories");
  });

  test("S26, F13: bytes that are no frame become an event, and it goes on", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    await platform.append(Uint8Array.of(1, 2, 3));
    await platform.send(["a"], 1);
    expect([shard.sequence, shard.tally("a")]).toEqual([2, 1]);
    expect((await platform.events())[0]?.event.case).toBe("inputUnreadable");
  });
});

describe("versions", () => {
  test("S26: a field that this version does not know stops the shard: an order with a dropped term is worse than none", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    const unknown = Uint8Array.of(0xf8, 0x3f, 1);
    await platform.append(encodeFrame({ source: "g-1", writer: "g-1", firstNumber: 1n }, [unknown], digest));
    await platform.send(["a"], 2);
    expect([shard.sequence, platform.failures.length]).toEqual([0, 1]);
    expect(platform.failures[0]?.message).toContain("1023");
  });
});

describe("pace", () => {
  test("S2, S24: while the projection has no room the next inputs wait; what was decided goes out, and nothing is left out", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    const room = Promise.withResolvers<void>();
    platform.room = room.promise;
    await platform.send(["a"], 1);
    await platform.send(["a"], 2);
    await platform.send(["b"], 3);
    await platform.clock.advance(60_000);
    expect([shard.tally("a"), shard.tally("b")]).toEqual([1, 0]);
    expect((await platform.events()).length).toBe(1);
    platform.room = undefined;
    room.resolve();
    await platform.clock.advance(1_000);
    expect([shard.tally("a"), shard.tally("b"), shard.sequence]).toEqual([2, 1, 3]);
  });
});

describe("outputs", () => {
  test("S14: events, link messages and reports stand on the log once, in sequence", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    for (let round = 0; round < 5; round++) await platform.send(["a", "b", "c"], 1 + round * 3);
    await platform.clock.advance(100);
    expect((await platform.events()).length).toBe(15);
    const venue = (await platform.frames("venue.orders")).flatMap((frame) => readMessages(frame, VenueCommandCodec));
    expect(venue.map(({ commandId }) => commandId)).toEqual(
      Array.from({ length: 15 }, (_, index) => `${"abc".charAt(index % 3)}-${index + 1}`),
    );
    const reports = await platform.frames("exec.reports");
    let last = 0n;
    for (const { header } of reports) {
      expect(header.after).toBe(last);
      last = header.through;
    }
    expect(last).toBe(15n);
  });
});

test("F22: with so many messages unacknowledged no further input is taken, until the log has them", async () => {
  let away = false;
  const platform = new TallyPlatform({
    append: (topic) => (away && topic !== "orders.commands" ? { kind: "refused" } : undefined),
  });
  const { shard } = await platform.own(undefined, 0, 10);
  away = true;
  for (let number = 1; number <= 20; number++) await platform.send(["a"], number);
  // Each input has three: an event, a message over a link, a report.
  expect(shard.sequence).toBe(4);
  away = false;
  await platform.clock.advance(2_000);
  expect([shard.sequence, shard.tally("a")]).toEqual([20, 20]);
  expect(await platform.events()).toHaveLength(20);
});

test.each(["orders.events", "exec.reports", "venue.orders"])(
  "F12: an owner tells that %s takes nothing of it after ten seconds, and until it does",
  async (bad) => {
    let away = true;
    const platform = new TallyPlatform({
      append: (topic) => (away && topic === bad ? { kind: "refused" } : undefined),
    });
    const { owner } = await platform.own();
    await platform.clock.advance(20_000);
    expect(owner.untaken).toBeUndefined();
    await platform.send(["a"], 1);
    await platform.clock.advance(9_900);
    expect(owner.untaken).toBeUndefined();
    await platform.clock.advance(200);
    expect(owner.untaken).toMatch(new RegExp(`^${bad}/\\d$`));
    away = false;
    await platform.clock.advance(100);
    expect(owner.untaken).toBeUndefined();
    away = true;
    await platform.send(["a"], 2);
    await platform.clock.advance(20_000);
    expect(owner.untaken).toBeDefined();
    const stopped = owner.stop(100);
    await platform.clock.advance(1_000);
    await stopped;
    expect(owner.untaken).toBeUndefined();
  },
);

describe("recovery", () => {
  test("S20, I10, I20, F5, F10, F14: whenever an owner stops, or goes on unaware of its successor, the successor has the same state and sends what had not left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            accounts: fc.array(fc.constantFrom("a", "b", "c1", "c2"), { minLength: 1, maxLength: 4 }),
            wait: fc.nat(40),
            end: fc.constantFrom("lives", "lives", "stops", "goes on unaware"),
          }),
          { maxLength: 12 },
        ),
        fc.infiniteStream(fc.nat(9)),
        async (steps, luck) => {
          const draw = () => luck.next().value ?? 9;
          const faults: AppendFault[] = [
            { kind: "answer-lost" },
            { kind: "lost" },
            { kind: "refused" },
            { kind: "lands-late", milliseconds: 15 },
          ];
          let armed = true;
          const platform = new TallyPlatform({
            append: (topic) => (armed && topic !== "orders.commands" ? faults[draw()] : undefined),
          });
          let owned = await platform.own();
          let number = 1;
          for (const { accounts, wait, end } of steps) {
            await platform.send(accounts, number);
            number += accounts.length;
            await platform.clock.advance(wait);
            if (end === "lives") continue;
            if (end === "stops") {
              const dead = owned.owner.stop(0);
              await platform.clock.advance(1);
              await dead;
            }
            owned = await platform.own();
          }
          armed = false;
          await platform.clock.advance(2_000);
          const events = await platform.events();
          expect(events.length).toBe(number - 1);
          const fresh = new TallyPlatform();
          const whole = await fresh.own();
          for (const event of events) whole.shard.evolve(event);
          expect(platform.hash(owned.shard)).toBe(platform.hash(whole.shard));
          const seen = new Map<bigint, string>();
          for (const frame of await platform.frames("venue.orders")) {
            for (const [index, command] of readMessages(frame, VenueCommandCodec).entries()) {
              const at = frame.header.firstNumber + BigInt(index);
              expect(seen.get(at) ?? command.commandId).toBe(command.commandId);
              seen.set(at, command.commandId);
            }
          }
          expect(seen.size).toBe(number - 1);
          expect(platform.failures).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("S19, S20: an image and the events behind it give the state; slabs that did not change are not written again", async () => {
    const platform = new TallyPlatform();
    const first = await platform.own();
    await platform.send(["a", "b"], 1);
    const stopped = first.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await stopped;
    const second = await platform.own();
    await platform.send(["b"], 3);
    const again = second.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await again;
    const third = await platform.own();
    expect(platform.hash(third.shard)).toBe(platform.hash(second.shard));
    const chunks = platform.store.query("atlas_shards", {
      partition: "oms/0",
      from: "oms/0/slab/",
      to: "oms/0/slab0",
      limit: 100,
    });
    await platform.clock.settle();
    expect((await chunks).map(({ key }) => key)).toEqual([
      "oms/0/slab/a/2/0",
      "oms/0/slab/b/3/0",
      "oms/0/slab/rest/3/0",
    ]);
  });

  test("F6: while the store refuses an image it is not tried at every input; when it takes one, it is written", async () => {
    let refuses = true;
    const platform = new TallyPlatform({ store: () => (refuses ? { kind: "refused" } : undefined) });
    refuses = false;
    const owned = await platform.own();
    refuses = true;
    const many = Array.from({ length: 4_200 }, () => "a");
    for (let round = 0; round < 5; round++) await platform.send(many, 1 + round * many.length);
    for (let round = 0; round < 40; round++) await platform.send(["a"], 21_001 + round);
    const images = platform.warnings.filter((warning) => warning === "an image could not be written");
    expect(images.length).toBe(1);
    refuses = false;
    await platform.clock.advance(5_000);
    await platform.send(["a"], 21_041);
    await platform.clock.advance(1_000);
    const manifest = platform.store.get("atlas_shards", "oms/0/manifest");
    await platform.clock.settle();
    expect((await manifest)?.version).toBe(21_041);
    expect(owned.shard.sequence).toBe(21_041);
  });

  test("S19: without a usable image the shard is rebuilt from its log, loudly", async () => {
    const platform = new TallyPlatform();
    const first = await platform.own();
    await platform.send(["a", "b"], 1);
    const stopped = first.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await stopped;
    const removed = platform.store.remove("atlas_shards", ["oms/0/slab/a/2/0"]);
    await platform.clock.settle();
    await removed;
    const second = await platform.own();
    expect(platform.hash(second.shard)).toBe(platform.hash(first.shard));
    expect(platform.warnings).toContain("no image is usable: the shard is rebuilt from its whole log");
  });
});

describe("a shard that stopped", () => {
  test("S21: while it was recovered, it reads nothing of the log any more", async () => {
    const platform = new TallyPlatform();
    await platform.send(["a"], 1);
    const { owner } = platform.prepare();
    const started = owner.start().catch((error: Error) => error);
    const stopped = owner.stop(0);
    await platform.clock.advance(1_000);
    await stopped;
    expect(await started).toBeInstanceOf(Error);
    await platform.log.close();
    await platform.clock.advance(1_000);
    expect(platform.warnings).toEqual([]);
  });

  test("F13: as it went on with open work, it reads nothing of the log any more", async () => {
    const platform = new TallyPlatform();
    await platform.send(["a"], 1);
    const { owner, shard } = platform.prepare();
    Object.defineProperty(shard, "workOpen", {
      get: () => {
        throw new Error("a defect");
      },
    });
    const started = owner.start().catch((error: Error) => error.message);
    await platform.clock.advance(1_000);
    expect(await started).toBe("a defect");
    // Who tries again with another owner does not stop this one.
    await platform.log.close();
    await platform.clock.advance(1_000);
    expect(platform.warnings).toEqual([]);
  });

  test("I21, F13: what it had decided and not said is in no image, so a mended one decides it again", async () => {
    const platform = new TallyPlatform();
    let decisions = 0;
    const first = await platform.own((amount) => {
      if (++decisions === 4) throw new Error("a defect");
      return amount;
    });
    await platform.send(["a"], 1);
    await platform.send(["a", "b", "a"], 2);
    expect(platform.failures.map(({ message }) => message)).toEqual(["a defect"]);
    const stopped = first.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await stopped;
    const second = await platform.own();
    expect([second.shard.tally("a"), second.shard.tally("b"), second.shard.sequence]).toEqual([3, 1, 4]);
    expect((await platform.events()).map(({ accountId }) => accountId)).toEqual(["a", "a", "b", "a"]);
  });
});

describe("who follows", () => {
  test("S15, S21: goes on at the next owner where the one before broke off, without a gap", async () => {
    const platform = new TallyPlatform();
    const before = await platform.own();
    for (let round = 0; round < 5; round++) await platform.send(["a", "b"], 1 + round * 2);
    await platform.clock.advance(100);
    const stopped = before.owner.stop(1_000);
    await platform.clock.advance(1_000);
    await stopped;
    const { owner } = await platform.own();
    const heard: bigint[] = [];
    const failures: Error[] = [];
    owner.follow(3, {
      receive: ({ events }) => {
        if (events.case === "orderEvents") heard.push(...events.value.messages.map(({ sequence }) => sequence));
      },
      fail: (error) => void failures.push(error),
    });
    await platform.send(["c"], 11);
    expect(heard).toEqual([4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n]);
    expect(failures).toEqual([]);
  });
});

describe("reads", () => {
  test("S22: an answer shows everything that was on the log when the question came", async () => {
    const platform = new TallyPlatform();
    const { owner } = await platform.own();
    const sent = platform.send(["a", "b", "c"], 1);
    await sent;
    const read = owner.read({ notBefore: 0n } as never, platform.clock.monotonic() + 1_000);
    await platform.clock.advance(10);
    expect((await read).sequence).toBe(3n);
  });

  test("S22: a read that waits for a later position is refused at its deadline", async () => {
    const platform = new TallyPlatform();
    const { owner } = await platform.own();
    const read = owner
      .read({ notBefore: 9n } as never, platform.clock.monotonic() + 1_000)
      .catch((error: Error) => error.message);
    await platform.clock.advance(1_100);
    expect(await read).toContain("has not come so far");
  });
});
