import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMessages } from "../wire/codec/frame.ts";
import { millisecondsOf } from "../wire/time.ts";
import { type Owned, TallyPlatform } from "./testing/tally-platform.ts";
import { TallyShard } from "./testing/tally-shard.ts";

/** Deadlines that fired, by the command that set them, in sequence. */
function fired(events: readonly OrderEvent[]): string[] {
  return events.filter((event) => event.event.case === "workAdvanced").map(({ orderId }) => orderId);
}

/** Times of all `TimerDue` on the log. */
async function timers(platform: TallyPlatform): Promise<number[]> {
  const inputs = (await platform.frames("orders.commands")).flatMap((frame) => readMessages(frame, OrderCommandCodec));
  return inputs.flatMap(({ command }) =>
    command.case === "timerDue" ? [millisecondsOf(command.value.time) ?? 0] : [],
  );
}

async function stop({ owner }: Owned, platform: TallyPlatform): Promise<void> {
  const stopped = owner.stop(5_000);
  await platform.clock.advance(1_000);
  await stopped;
}

describe("S9: deadlines that a shard holds", () => {
  test("fire when log time has passed them, in (deadline, id) order, in slices, once", async () => {
    const platform = new TallyPlatform();
    const { events } = await platform.own();
    const now = platform.clock.now();
    const held = ["e", "c", "b", "d", "a"].map((id) => [id, now + (id < "d" ? 2_000 : 1_500)] as const);
    await platform.sendUntil([...held, ["f", now + 60_000]], 1);
    await platform.clock.advance(1_400);
    expect(fired(events)).toEqual([]);
    await platform.clock.advance(200);
    expect(fired(events)).toEqual(["d", "e"]);
    await platform.clock.advance(10_000);
    expect(fired(events)).toEqual(["d", "e", "a", "b", "c"]);
    expect(await timers(platform)).toHaveLength(2);
    expect(fired(await platform.events())).toEqual(fired(events));
  });

  test("are asked for at most once a second, however many pass, and whatever the log answers", async () => {
    let refuses = false;
    const platform = new TallyPlatform({
      append: (topic) => (refuses && topic === "orders.commands" ? { kind: "refused" } : undefined),
    });
    const { events } = await platform.own();
    const ids = Array.from({ length: 50 }, (_, index) => `a${index}`);
    await platform.sendUntil(
      ids.map((id, index) => [id, platform.clock.now() + 100 * index]),
      1,
    );
    await platform.clock.advance(6_000);
    expect(fired(events)).toEqual(ids);
    const times = await timers(platform);
    const pauses = times.slice(1).map((time, index) => time - (times[index] as number));
    expect(pauses.every((pause) => pause >= 1_000)).toBe(true);
    expect(times.length).toBeGreaterThanOrEqual(5);
    await platform.sendUntil([["b", platform.clock.now() + 500]], 51);
    refuses = true;
    await platform.clock.advance(5_500);
    expect(platform.warnings).toEqual(Array.from({ length: 6 }, () => "a timer's input was not taken"));
    refuses = false;
    await platform.clock.advance(1_000);
    expect(fired(events).at(-1)).toBe("b");
  });

  test("fire after a start when they passed while nobody owned the shard, however little was said since", async () => {
    const platform = new TallyPlatform();
    const first = await platform.own();
    const now = platform.clock.now();
    await platform.sendUntil([["a", now + 5_000]], 1);
    await platform.sendUntil([["b", now + 900_000]], 2);
    await stop(first, platform);
    await platform.clock.advance(600_000);
    const second = await platform.own();
    await platform.clock.advance(1_500);
    expect([fired(first.events), fired(second.events)]).toEqual([[], ["a"]]);
    expect(await timers(platform)).toHaveLength(2);
  });

  test("I20: fire once where two owners ask for them, and both say the same", async () => {
    let slow = false;
    const platform = new TallyPlatform({
      append: () => (slow ? { kind: "lands-late", milliseconds: 100 } : undefined),
    });
    const one = await platform.own();
    const two = await platform.own();
    const now = platform.clock.now();
    await platform.sendUntil(
      ["a", "b", "c"].map((id) => [id, now + 300]),
      1,
    );
    slow = true;
    await platform.clock.advance(3_000);
    expect(await timers(platform)).toHaveLength(2);
    expect(fired(await platform.events())).toEqual(["a", "b", "c"]);
    const bytes = (events: readonly OrderEvent[]) => events.map((event) => encode(OrderEventCodec, event).join());
    expect(bytes(two.events)).toEqual(bytes(one.events));
    expect(platform.failures).toEqual([]);
  });

  test("S8: go by the running maximum of append times where the log's clock runs back, and by no wall clock", async () => {
    const platform = new TallyPlatform();
    const { events } = await platform.own();
    const now = platform.clock.now();
    platform.clock.shiftWall(3_600_000);
    await platform.send(["x"], 1);
    platform.clock.shiftWall(-3_600_000);
    await platform.sendUntil([["a", now + 1_800_000]], 2);
    await platform.clock.advance(50);
    expect(fired(events)).toEqual(["a"]);
  });

  test("I10, S2, S13, S20: fire once each and in order whenever owners stop, and a reader of the events has their state", async () => {
    const step = fc.record({
      deadlines: fc.array(fc.integer({ min: -500, max: 4_000 }), { maxLength: 6 }),
      wait: fc.nat(2_500),
      end: fc.constantFrom("lives", "stops", "a second one"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const platform = new TallyPlatform();
        let owned = await platform.own();
        let number = 0;
        for (const { deadlines, wait, end } of steps) {
          const now = platform.clock.now();
          const held = deadlines.map((after) => [`${"ab".charAt(number % 2)}${++number}`, now + after] as const);
          if (held.length > 0) await platform.sendUntil(held, number - held.length + 1);
          await platform.clock.advance(wait);
          if (end === "stops") await stop(owned, platform);
          if (end !== "lives") owned = await platform.own();
        }
        await platform.clock.advance(7_000);
        const events = await platform.events();
        expect(fired(events).toSorted()).toEqual(
          Array.from({ length: number }, (_, index) => `${"ab".charAt(index % 2)}${index + 1}`).toSorted(),
        );
        const fresh = new TallyShard();
        for (const event of events) fresh.evolve(event);
        expect(platform.hash(owned.shard)).toBe(platform.hash(fresh));
        expect(platform.failures).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
