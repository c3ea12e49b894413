import { manualClock } from "@atlas/platform/memory/manual-clock";
import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test.each([
  [0, 100],
  [1, 10],
  [4, 40],
  [1_000, 100],
])("%i a second: a change every 100 ms is %i runs in 10 s, the last change included", async (perSecond, runs) => {
  const clock = manualClock();
  const seen: number[] = [];
  let changes = 0;
  const pace = new Pace(clock, perSecond, () => void seen.push(changes));
  for (let step = 0; step < 100; step++) {
    changes += 1;
    pace.changed();
    await clock.advance(100);
  }
  expect(Math.abs(seen.length - runs)).toBeLessThanOrEqual(1);
  await clock.advance(2_000);
  expect(seen.at(-1)).toBe(100);
  expect(seen).toEqual([...new Set(seen)]);
});
