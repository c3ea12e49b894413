import { encode } from "@atlas/gen/codec/codec";
import { describe, expect, test } from "vitest";
import { LogClock } from "./log-clock.ts";
import { TallyPlatform } from "./testing/tally-platform.ts";
import { tallyKind } from "./testing/tally-shard.ts";

const AHEAD = "the log's clock is ahead of this process's: one of them is wrong";

describe("S8, F17: an append time ahead of the owner's own clock", () => {
  test.each([
    [9_900, 0],
    [10_100, 1],
    [3_600_000, 1],
  ])("of %i ms is told %i times, and the shard goes on", async (ahead, times) => {
    const platform = new TallyPlatform();
    const { shard } = await platform.own(undefined, 40);
    platform.clock.shiftWall(ahead);
    await platform.append(Uint8Array.of(1));
    platform.clock.shiftWall(-ahead);
    await platform.clock.advance(50);
    expect(platform.warnings.filter((warning) => warning === AHEAD)).toHaveLength(times);
    await platform.send(["a"], 1);
    await platform.clock.advance(50);
    expect(shard.tally("a")).toBe(1);
  });

  test("changes nothing that it says, deadlines that fire among it: an owner with a right clock would mend nothing", async () => {
    const saidBy = async (behind: number) => {
      const platform = new TallyPlatform();
      const { owner } = platform.prepare(undefined, 0, 100_000, behind);
      const started = owner.start();
      await platform.clock.advance(200);
      await started;
      const now = platform.clock.now();
      await platform.sendUntil(
        [
          ["a1", now + 3_000],
          ["b1", now + 6_000],
        ],
        1,
      );
      await platform.clock.advance(10_000);
      const frames = await platform.frames("orders.events");
      const events = (await platform.events()).map((event) => encode(tallyKind.events.codec, event).join());
      return { frames: frames.length, events, isTold: platform.warnings.includes(AHEAD) };
    };
    const right = await saidBy(0);
    expect([right.events.length, right.isTold]).toEqual([4, false]);
    expect(await saidBy(3_600_000)).toEqual({ ...right, isTold: true });
  });

  test("is told once a minute while it lasts", async () => {
    const platform = new TallyPlatform();
    const warnings: string[] = [];
    const clock = { ...platform.clock, now: () => platform.clock.now() - 3_600_000 };
    const logClock = new LogClock({ clock, warn: (message) => void warnings.push(message) }, "oms/0");
    for (let second = 0; second < 90; second++) {
      logClock.heard(platform.clock.now());
      await platform.clock.advance(1_000);
    }
    expect(warnings).toEqual([AHEAD, AHEAD]);
  });
});
