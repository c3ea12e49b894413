import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { TokenBuckets, waitOf } from "./token-buckets.ts";

test("a burst at once, then one every refill, and no more than the burst after any rest", async () => {
  const clock = manualClock();
  const buckets = new TokenBuckets(clock, { burst: 3, refill: 10, kept: 10 });
  const spend = (times: number) => Array.from({ length: times }, () => buckets.trySpend("a"));
  expect(spend(5)).toEqual([0, 0, 0, 10, 10]);
  await clock.advance(9);
  expect(spend(1)).toEqual([1]);
  await clock.advance(1);
  expect(spend(2)).toEqual([0, 10]);
  await clock.advance(1_000_000);
  expect(spend(4)).toEqual([0, 0, 0, 10]);
});

test("keys do not spend each other's", () => {
  const buckets = new TokenBuckets(manualClock(), { burst: 1, refill: 10, kept: 10 });
  expect(["a", "b", "a", "b"].map((key) => buckets.trySpend(key))).toEqual([0, 0, 10, 10]);
});

test("F22: what is remembered is bounded; who was heard of longest ago is forgotten", () => {
  const buckets = new TokenBuckets(manualClock(), { burst: 1, refill: 10, kept: 100 });
  buckets.trySpend("often");
  for (let key = 0; key < 1_000; key++) {
    buckets.trySpend(`k${key}`);
    expect(buckets.trySpend("often")).toBe(10);
  }
  expect(buckets.size).toBe(100);
  expect([buckets.wait("k0"), buckets.wait("k999")]).toEqual([0, 10]);
});

test("a wait is told rounded up to the millisecond", () => {
  expect(waitOf(0.5)).toMatchObject({ seconds: 0n, nanos: 1_000_000 });
  expect(waitOf(2_000.01)).toMatchObject({ seconds: 2n, nanos: 1_000_000 });
});
