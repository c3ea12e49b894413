import { manualClock } from "@atlas/platform/memory/manual-clock";
import { expect, test } from "vitest";
import { GuessLimiter } from "./guess-limiter.ts";

function limiter() {
  const clock = manualClock();
  return { clock, guesses: new GuessLimiter(clock) };
}

test("D23: ten wrong ones at once, then one every half minute", async () => {
  const { clock, guesses } = limiter();
  for (let attempt = 0; attempt < 10; attempt++) {
    expect(guesses.refuse("a")).toBeUndefined();
    guesses.fail("a");
  }
  expect(guesses.refuse("a")?.refusal.retryAfter).toMatchObject({ seconds: 30n, nanos: 0 });
  await clock.advance(29_999);
  expect(guesses.refuse("a")?.refusal.retryAfter).toMatchObject({ seconds: 0n, nanos: 1_000_000 });
  await clock.advance(1);
  expect(guesses.refuse("a")).toBeUndefined();
  guesses.fail("a");
  expect(guesses.refuse("a")).toBeDefined();
});

test("guesses while locked out do not lengthen the lock: it ends when it was said to end", async () => {
  const { clock, guesses } = limiter();
  for (let attempt = 0; attempt < 500; attempt++) guesses.fail("a");
  await clock.advance(30_000);
  expect(guesses.refuse("a")).toBeUndefined();
});

test("a source does not lock out another; all together have a bound of their own", async () => {
  const { clock, guesses } = limiter();
  for (let source = 0; source < 999; source++) guesses.fail(`s${source}`);
  expect(guesses.refuse("fresh")).toBeUndefined();
  guesses.fail("s999");
  expect(guesses.refuse("fresh")).toBeDefined();
  await clock.advance(60);
  expect(guesses.refuse("fresh")).toBeUndefined();
});

test("one source cannot lock out all others, however often it guesses", async () => {
  const { clock, guesses } = limiter();
  for (let second = 0; second < 60; second++) {
    for (let attempt = 0; attempt < 50; attempt++) guesses.fail("a");
    expect(guesses.refuse("fresh")).toBeUndefined();
    await clock.advance(1_000);
  }
});

test("F22: what is remembered is bounded, whoever guesses from wherever", () => {
  const { guesses } = limiter();
  for (let source = 0; source < 30_000; source++) guesses.fail(`s${source}`);
  expect(guesses.size).toBe(10_000);
});
