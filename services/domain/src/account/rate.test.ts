import fc from "fast-check";
import { expect, test } from "vitest";
import { countedRateMark, nextRateMark, rateMarkUnder } from "./rate.ts";

const SECOND = 1_000_000;

test("a burst passes at once, then one an interval", () => {
  let mark = 0;
  for (let count = 0; count < 5; count++) {
    mark = nextRateMark(mark, SECOND, 10, 5);
    expect(mark).toBeGreaterThan(0);
  }
  expect(nextRateMark(mark, SECOND, 10, 5)).toBe(-100_000);
  expect(nextRateMark(mark, SECOND + 99_999, 10, 5)).toBe(-1);
  expect(nextRateMark(mark, SECOND + 100_000, 10, 5)).toBeGreaterThan(0);
});

test("I14: no rate is exceeded: in any window, at most the burst and what the window earns", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), (times, rate, burst) => {
      let now = 5 * SECOND;
      let mark = 0;
      const passed: number[] = [];
      for (const gap of times) {
        now += gap;
        const next = nextRateMark(mark, now, rate, burst);
        if (next < 0) continue;
        mark = next;
        passed.push(now);
      }
      passed.forEach((from, first) => {
        passed.slice(first).forEach((to, count) => {
          expect(count + 1).toBeLessThanOrEqual(burst + ((to - from) * rate) / SECOND + 1e-9);
        });
      });
    }),
    { numRuns: 50 },
  );
});

test("what counts without being held back never reaches further than a burst", () => {
  let mark = 0;
  for (let count = 0; count < 100; count++) mark = countedRateMark(mark, SECOND, 10, 5);
  expect(mark).toBe(SECOND + 500_000);
});

test("new limits end the wait of the old ones", () => {
  expect(rateMarkUnder(2_000 * SECOND, SECOND, 1_000, 10)).toBe(SECOND + 10_000);
  expect(rateMarkUnder(5, SECOND, 1_000, 10)).toBe(5);
});
