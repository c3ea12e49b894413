import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AppendFault } from "../memory/memory-log.ts";
import { readMessages } from "../wire/codec/frame.ts";
import { kill, serve } from "./testing/end-of-owner.ts";
import { TallyPlatform } from "./testing/tally-platform.ts";

/** Every message of the link to the venue, by number; two under one number must be the same. */
async function sent(platform: TallyPlatform): Promise<string[]> {
  const seen: string[] = [];
  for (const frame of await platform.frames("venue.orders")) {
    for (const [index, { commandId }] of readMessages(frame, VenueCommandCodec).entries()) {
      const at = Number(frame.header.firstNumber) + index - 1;
      expect(seen[at] ?? commandId).toBe(commandId);
      seen[at] = commandId;
    }
  }
  return seen;
}

describe("a hot standby (S21)", () => {
  test("decides what the owner decides and says nothing: no record, no item, no answer, no event to a follower", async () => {
    const platform = new TallyPlatform();
    const owner = await platform.own();
    await platform.send(["a", "b"], 1);
    const standby = await platform.standBy();
    for (let round = 0; round < 20; round++) await platform.send(["a", "c"], 3 + round * 2);
    await platform.sendUntil([["d-1", platform.clock.now() + 500]], 50);
    await platform.clock.advance(60_000);
    expect(platform.hash(standby.shard)).toBe(platform.hash(owner.shard));
    expect(standby.shard.sequence).toBeGreaterThan(42);
    expect(platform.writes.get(standby.writer)).toBeUndefined();
    const frames = await Promise.all(["orders.events", "venue.orders", "exec.reports"].map((t) => platform.frames(t)));
    expect(new Set(frames.flat().map(({ header }) => header.writer))).toEqual(new Set([owner.writer]));
    expect(standby.events).toEqual([]);
    await expect(standby.owner.read({ notBefore: 0n } as never, 60_000)).rejects.toThrow("not owned here");
    const told: string[] = [];
    standby.owner.follow(0, { receive: () => void told.push("event"), fail: ({ message }) => void told.push(message) });
    expect(told).toEqual(["oms/0 is not ready"]);
  });

  test("takes over without an image or the log: what had not left goes out at once, and it answers and feeds", async () => {
    let away = false;
    const platform = new TallyPlatform({
      append: (topic) => (away && topic !== "orders.commands" ? { kind: "refused" } : undefined),
    });
    const owner = await platform.own();
    await platform.send(["a", "b"], 1);
    const standby = await platform.standBy();
    await platform.send(["b"], 3);
    await platform.clock.advance(1_000);
    const kept = standby.owner.keepUp();
    await platform.clock.settle();
    await kept;
    away = true;
    await platform.send(["a", "c"], 4);
    await kill(platform, owner);
    away = false;
    const began = platform.clock.monotonic();
    await serve(platform, standby);
    expect(platform.clock.monotonic()).toBe(began);
    await platform.clock.advance(25);
    expect((await platform.events()).map(({ accountId }) => accountId)).toEqual(["a", "b", "b", "a", "c"]);
    expect(await sent(platform)).toEqual(["a-1", "b-2", "b-3", "a-4", "c-5"]);
    const heard: bigint[] = [];
    standby.owner.follow(3, {
      receive: ({ events }) => {
        if (events.case === "orderEvents") heard.push(...events.value.messages.map(({ sequence }) => sequence));
      },
      fail: (error) => platform.failures.push(error),
    });
    await platform.send(["b"], 6);
    expect(heard).toEqual([4n, 5n, 6n]);
    const read = standby.owner.read({ notBefore: 6n } as never, platform.clock.monotonic() + 1_000);
    await platform.clock.advance(10);
    expect((await read).sequence).toBe(6n);
    expect(platform.failures).toEqual([]);
  });

  test("S9: deadlines fire by its hand once it has taken over, and not before", async () => {
    const platform = new TallyPlatform();
    const owner = await platform.own();
    const standby = await platform.standBy();
    await platform.sendUntil([["d-1", platform.clock.now() + 5_000]], 1);
    await kill(platform, owner);
    await platform.clock.advance(10_000);
    expect(standby.shard.tally("d")).toBe(1);
    await serve(platform, standby);
    await platform.clock.advance(2_000);
    expect(standby.shard.tally("d")).toBe(2);
    const timers = (await platform.frames("orders.commands")).flatMap((frame) =>
      readMessages(frame, OrderCommandCodec).flatMap(({ command }) => (command.case === "timerDue" ? [frame] : [])),
    );
    expect(timers.map(({ header }) => header.writer)).toEqual([standby.writer]);
  });

  test("I10, I20, F5, F10, F11: whenever an owner dies, or goes on unaware, what was said is what one owner says", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            accounts: fc.array(fc.constantFrom("a", "b", "c1", "c2"), { minLength: 1, maxLength: 4 }),
            wait: fc.nat(300),
            end: fc.constantFrom("lives", "lives", "keeps up", "dies", "goes on unaware"),
          }),
          { maxLength: 14 },
        ),
        fc.infiniteStream(fc.nat(9)),
        async (steps, luck) => {
          const faults: AppendFault[] = [
            { kind: "answer-lost" },
            { kind: "lost" },
            { kind: "refused" },
            { kind: "lands-late", milliseconds: 15 },
          ];
          let armed = true;
          const platform = new TallyPlatform({
            append: (topic) => (armed && topic !== "orders.commands" ? faults[luck.next().value ?? 9] : undefined),
          });
          let owner = await platform.own();
          let standby = await platform.standBy();
          let number = 1;
          for (const { accounts, wait, end } of steps) {
            await platform.send(accounts, number);
            number += accounts.length;
            await platform.clock.advance(wait);
            if (end === "keeps up") {
              const kept = standby.owner.keepUp();
              await platform.clock.settle();
              expect(await kept).toBe(true);
            }
            if (end !== "dies" && end !== "goes on unaware") continue;
            if (end === "dies") await kill(platform, owner);
            await serve(platform, standby);
            owner = standby;
            standby = await platform.standBy();
          }
          armed = false;
          await platform.clock.advance(2_000);
          const events = await platform.events();
          expect(events.length).toBe(number - 1);
          const fresh = new TallyPlatform();
          const whole = await fresh.own();
          for (const event of events) whole.shard.evolve(event);
          for (const { shard } of [owner, standby]) expect(platform.hash(shard)).toBe(platform.hash(whole.shard));
          expect((await sent(platform)).length).toBe(number - 1);
          expect(platform.failures).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a standby that is none", () => {
  test("one that keeps more than it may gives up: its owner stands still, and a cold one must do", async () => {
    let away = false;
    const platform = new TallyPlatform({
      append: (topic) => (away && topic !== "orders.commands" ? { kind: "refused" } : undefined),
    });
    await platform.own();
    await platform.standBy(undefined, 0, 10);
    away = true;
    for (let number = 1; number <= 11; number++) await platform.send(["a"], number);
    expect(platform.failures.map(({ message }) => message)).toEqual([
      "the shard's owner has not said 11 events: a standby keeps 10",
    ]);
  });

  test("what its owner has said it lets go of, so it keeps few however long it stands", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    const { owner } = await platform.standBy(undefined, 0, 10);
    for (let number = 1; number <= 40; number++) {
      await platform.send(["a"], number);
      await platform.clock.advance(250);
      const kept = owner.keepUp();
      await platform.clock.settle();
      expect(await kept).toBe(true);
    }
    expect(platform.failures).toEqual([]);
  });

  test("one that is behind says so", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    const { owner } = await platform.standBy(undefined, 5_000);
    await platform.send(["a"], 1);
    const keeping: boolean[] = [];
    for (let second = 0; second < 8; second++) {
      void owner.keepUp().then((isThere) => void keeping.push(isThere));
      await platform.clock.advance(1_000);
    }
    expect(keeping).toEqual([true, false, false, false, false, true, true, true]);
  });

  test("S16: one that decides otherwise stops, loudly, and its owner goes on", async () => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own();
    await platform.standBy((amount) => amount + 1);
    await platform.send(["a"], 1);
    await platform.clock.advance(200);
    expect(platform.failures.map(({ message }) => message)).toEqual([
      expect.stringContaining("event 1 of oms/0 differs from what process-1 wrote"),
    ]);
    await platform.send(["a"], 2);
    expect(shard.sequence).toBe(2);
  });

  test("S14, S21: an owner, or a standby, that is stopped while it recovers leaves the positions as they are", async () => {
    const platform = new TallyPlatform();
    const owner = await platform.own();
    await platform.send(["a", "b"], 1);
    await platform.clock.advance(1_000);
    const stored = async () => {
      const item = platform.store.get("atlas_shards", "oms/0/outputs");
      await platform.clock.settle();
      return (await item)?.version;
    };
    const before = await stored();
    for (const begin of ["start", "standBy"] as const) {
      const late = platform.prepare();
      void late.owner[begin]().catch(() => undefined);
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      await kill(platform, late);
      await platform.clock.advance(2_000);
      expect(await stored()).toBe(before);
      expect(platform.writes.get(late.writer)).toBeUndefined();
    }
    await platform.send(["a"], 3);
    expect(owner.shard.sequence).toBe(3);
    expect(platform.failures).toEqual([]);
  });

  test("S14: an owner that is stopped while it recovers says nothing of what had not left", async () => {
    let away = true;
    const platform = new TallyPlatform({
      append: (topic) => (away && ["venue.orders", "exec.reports"].includes(topic) ? { kind: "refused" } : undefined),
    });
    const owner = await platform.own();
    await platform.send(["a", "b"], 1);
    await kill(platform, owner);
    away = false;
    const late = platform.prepare();
    void late.owner.start().catch(() => undefined);
    await kill(platform, late);
    await platform.clock.advance(2_000);
    expect(platform.writes.get(late.writer)).toBeUndefined();
    const next = await platform.own();
    await platform.clock.advance(2_000);
    expect((await platform.frames("exec.reports")).map(({ header }) => header.writer)).toEqual([next.writer]);
  });

  test("one that is stopped while it takes over is not an owner afterwards", async () => {
    const platform = new TallyPlatform();
    const dead = await platform.own();
    const standby = await platform.standBy();
    await platform.send(["a"], 1);
    await kill(platform, dead);
    const serving = standby.owner.serve().catch(({ message }: Error) => message);
    await kill(platform, standby);
    expect(await serving).toBe("oms/0 is stopping");
    await platform.send(["b"], 2);
    await platform.clock.advance(1_000);
    expect(platform.writes.get(standby.writer)).toBeUndefined();
  });
});
