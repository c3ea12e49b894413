import { encode } from "@atlas/gen/codec/codec";
import { describe, expect, test } from "vitest";
import type { AppendFault } from "../memory/memory-log.ts";
import { TallyPlatform } from "./testing/tally-platform.ts";
import { tallyKind } from "./testing/tally-shard.ts";

describe("two owners at once", () => {
  test("I20, S16, F10, F11: they write the same events under the same sequences, and readers see each once", async () => {
    let count = 0;
    const late: AppendFault = { kind: "lands-late", milliseconds: 120 };
    const platform = new TallyPlatform({
      append: (topic) => (topic !== "orders.commands" && count++ % 5 === 0 ? late : undefined),
    });
    const one = await platform.own();
    await platform.send(["a", "b"], 1);
    const two = await platform.own();
    for (let round = 0; round < 10; round++) await platform.send(["a", "c"], 3 + round * 2);
    await platform.clock.advance(2_000);
    const encoded = (events: readonly Parameters<typeof encode<never>>[1][]) =>
      events.map((event) => encode(tallyKind.events.codec, event).join());
    expect(two.events.length).toBeGreaterThan(0);
    expect(encoded(two.events as never[])).toEqual(encoded(one.events.slice(-two.events.length) as never[]));
    expect((await platform.events()).length).toBe(22);
    expect(platform.hash(one.shard)).toBe(platform.hash(two.shard));
    expect(platform.failures).toEqual([]);
  });

  test("S16: an owner that decides otherwise stops, loudly", async () => {
    const platform = new TallyPlatform();
    await platform.own();
    await platform.own((amount) => amount + 1);
    await platform.send(["a"], 1);
    await platform.clock.advance(200);
    expect(platform.failures.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining("differs")]),
    );
  });
});

describe("an owner that is behind", () => {
  test("S16: it is stopped by what a faster one wrote before it came so far", async () => {
    const platform = new TallyPlatform();
    const fast = await platform.own();
    const slow = await platform.own((amount) => amount + 1, 300);
    await platform.send(["a"], 1);
    await platform.clock.advance(1_000);
    await platform.send(["a"], 2);
    expect(platform.failures.map(({ message }) => message)).toEqual([
      "event 1 of oms/0 differs from what process-1 wrote",
    ]);
    expect([fast.shard.sequence, slow.events.length]).toEqual([2, 0]);
  });
});

describe("an owner that failed", () => {
  test("S14, S16: sends nothing more and keeps no position: what was not with the log when it failed never leaves", async () => {
    let away = true;
    const platform = new TallyPlatform({
      append: (topic) => (away && ["venue.orders", "exec.reports"].includes(topic) ? { kind: "refused" } : undefined),
    });
    const right = await platform.own();
    const wrong = await platform.own((amount) => amount + 1);
    await platform.send(["a"], 1);
    await platform.clock.advance(200);
    expect(platform.failures.map(({ message }) => message)).toEqual([
      `event 1 of oms/0 differs from what ${right.writer} wrote`,
    ]);
    const writes = platform.writes.get(wrong.writer);
    away = false;
    await platform.clock.advance(5_000);
    const stopping = wrong.owner.stop(60_000);
    await platform.clock.advance(100);
    await stopping;
    expect(platform.writes.get(wrong.writer)).toBe(writes);
    for (const topic of ["orders.events", "venue.orders", "exec.reports"]) {
      expect((await platform.frames(topic)).map(({ header }) => header.writer)).toEqual([right.writer]);
    }
  });
});
