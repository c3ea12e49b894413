import { expect, test } from "vitest";
import { circumstancesOf } from "./circumstances.ts";
import { knobs } from "./faults/faults.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** What every run must have looked at: a check that sees nothing proves nothing. */
const LOOKED_AT = "D4 D7 I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14 I18 I19 I21 I22 I23 I26 S21 S22 S26".split(" ");

/** `also`: what is looked at only where the same is written again. */
const STORIES: readonly [name: string, cases: readonly string[], also?: string][] = [
  ["I1-I8, I11-I14, I18, D6, D7: nothing befalls it", []],
  [
    "F1, F2, F8, F11, F12, D4: answers are lost, appends land late or twice, the log goes away",
    ["F1", "F8", "F12"],
    "I20",
  ],
  ["F3, I6, I7: clients die between keeping an id and sending it, and come back", ["F3"]],
  ["F4, I6, I7, D4: gateways die", ["F4"]],
  ["F5, F14, I7, D4: owners die at any await, images cannot be read, and others recover", ["F5", "F14"], "I20"],
  ["I20, F10, F11: several own every shard, paused and woken, their appends late", ["F10", "F11"], "I20"],
  ["F6, I21, S2: the store refuses, is slow, forgets to answer, while owners die", ["F6", "F5"], "I20"],
  ["F13, S26: records that nobody can read", ["F13"]],
  ["F15: ways are clogged in one direction", ["F15"]],
  ["F16: what venues said comes again", ["F16"]],
  [
    "F18, F19, I22, I23: the archive fails and forgets to answer, archivers are killed, paused and doubled",
    ["F18", "F19"],
  ],
  ["F22, I19: screens and session clients read slowly or not at all", ["F22"]],
  ["F17, I25: clocks jump by an hour, stand still, differ", ["F17"]],
];

test.each(STORIES)(
  "%s",
  async (_, cases, also) => {
    const outcome = await simulate({ seed: 1, minutes: 1, cases, isDense: true });
    expect(outcome.found).toEqual([]);
    expect(Object.keys(outcome.looked)).toEqual(
      expect.arrayContaining(also === undefined ? LOOKED_AT : [...LOOKED_AT, also]),
    );
  },
  60_000,
);

// The log writes at once for seed 5, and for seed 4 it takes its time; for seed 5 venues have owners of their own.
test.each([4, 5])(
  "F9, F2, I6, I7, S22: shards move mid-batch: one owner decides a part of it and another the rest, seed %i",
  async (seed) => {
    const outcome = await simulate({ seed, minutes: 1, cases: ["F9"], isDense: true });
    expect(outcome.found).toEqual([]);
    expect(outcome.splitBatches).toBeGreaterThan(0);
    expect(Object.keys(outcome.looked)).toEqual(expect.arrayContaining([...LOOKED_AT, "I20"]));
  },
  60_000,
);

// Of seed 5 venues have owners of their own.
test.each([
  ["F5, F14, I4, I13", ["F5", "F14"]],
  ["F10, F11, I20", ["F10", "F11"]],
])(
  "%s: venues and order shards die, are paused and doubled apart from each other",
  async (_, cases) => {
    const options = { seed: 5, minutes: 1, cases, isDense: true };
    expect(circumstancesOf(options).platform.holdings).toHaveLength(2);
    const outcome = await simulate(options);
    expect(outcome.found).toEqual([]);
    expect(Object.keys(outcome.looked)).toEqual(expect.arrayContaining([...LOOKED_AT, "I20"]));
  },
  60_000,
);

test("the same seed twice is the same to the last byte, another seed is another", async () => {
  const traces: string[] = [];
  // Asked for by a message of another process, it begins within a tick of Node, elsewhere behind a promise.
  const asked = new Promise<Outcome>((resolve) =>
    process.nextTick(() => void simulate({ seed: 7, minutes: 1 }).then(resolve)),
  );
  traces.push((await asked).trace);
  for (const seed of [7, 8]) traces.push((await simulate({ seed, minutes: 1 })).trace);
  expect(traces[1]).toBe(traces[0]);
  expect(traces[2]).not.toBe(traces[0]);
}, 60_000);

// No knob: F20, for there is no kill switch; F21, held by `failed-checks.test.ts` of the core and `checks.test.ts` of the assembly; F23, for
// every other seed activates an engine version, whatever befalls it.
test("each case of QUALITY that can exist here has its knob", () => {
  const cases = new Set(knobs.flatMap((knob) => knob.cases));
  const due = [
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
    "F13",
    "F14",
    "F15",
    "F16",
    "F17",
    "F18",
    "F19",
    "F22",
  ];
  expect([...cases].sort()).toEqual(due.sort());
});
