import { expect, test } from "vitest";
import { Frame } from "./frame.ts";

/** A browser whose frames and seconds come when the test says so. */
function world() {
  const frames = new Set<() => void>();
  const timers = new Set<() => void>();
  const put = (all: Set<() => void>, run: () => void) => {
    all.add(run);
    return () => void all.delete(run);
  };
  const come = (all: Set<() => void>): void => {
    const now = [...all];
    all.clear();
    for (const run of now) run();
  };
  return {
    frame: (run: () => void) => put(frames, run),
    after: (_milliseconds: number, run: () => void) => put(timers, run),
    nextFrame: () => come(frames),
    nextSecond: () => come(timers),
    waiting: () => frames.size + timers.size,
  };
}

test("what changes often is shown once a frame", () => {
  const browser = world();
  const frame = new Frame(browser);
  const shown: string[] = [];
  const first = () => void shown.push("first");
  for (let change = 0; change < 5; change += 1) frame.show(first);
  frame.show(() => void shown.push("second"));
  expect(shown).toEqual([]);
  browser.nextFrame();
  expect(shown).toEqual(["first", "second"]);
  expect(browser.waiting()).toBe(0);
});

// Fails when frames alone are waited for: a hidden tab is given none.
test("without frames it is shown once a second, and only once when frames come again", () => {
  const browser = world();
  const frame = new Frame(browser);
  const shown: string[] = [];
  frame.show(() => void shown.push("hidden"));
  browser.nextSecond();
  browser.nextFrame();
  expect(shown).toEqual(["hidden"]);
  frame.show(() => void shown.push("seen"));
  browser.nextFrame();
  browser.nextSecond();
  expect(shown).toEqual(["hidden", "seen"]);
});
