import { expect, test } from "vitest";
import { WakingClock } from "./waking-clock.ts";

/** Each: steady and wall time go on by so much; what the clock says then, from 0. */
const rows: readonly (readonly [string, readonly (readonly [number, number])[], number])[] = [
  ["goes on as both do", [[250, 250]], 250],
  ["counts a sleep in which only the wall went on", [[10, 60_010]], 60_010],
  [
    "counts each sleep",
    [
      [10, 5_010],
      [250, 250],
      [10, 7_010],
    ],
    12_270,
  ],
  ["takes no adjusted clock for a sleep", [[250, 900]], 250],
  [
    "does not go back when the wall is set back",
    [
      [250, -3_600_000],
      [250, 250],
    ],
    500,
  ],
];

for (const [rule, steps, expected] of rows) {
  test(rule, () => {
    let [steady, wall] = [0, 1_000_000];
    const clock = new WakingClock({ steady: () => steady, wall: () => wall });
    let now = 0;
    for (const [steadily, walled] of steps) {
      steady += steadily;
      wall += walled;
      now = clock.now();
    }
    expect(now).toBe(expected);
  });
}
