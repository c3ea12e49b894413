import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchStandstill } from "./standstill.ts";

test("F5: a process that stood still says for how long; one that works does not", async () => {
  const told: unknown[] = [];
  const end = watchStandstill((message, facts) => void told.push([message, facts]));
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    await pause(50);
    expect(told).toEqual([["this process stood still", { milliseconds: expect.any(Number) }]]);
    const [[, { milliseconds }]] = told as [[string, { milliseconds: number }]];
    expect(milliseconds).toBeGreaterThanOrEqual(1_400);
  } finally {
    end();
  }
});
