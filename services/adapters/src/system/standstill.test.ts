import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchStandstill } from "./standstill.ts";

test("F10: a process that stood still says for how long, once; one that works says nothing", async () => {
  const told: [string, { readonly milliseconds?: unknown }?][] = [];
  const end = watchStandstill({ info: (message, facts) => void told.push([message, facts]) });
  try {
    await pause(250);
    expect(told).toEqual([]);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    await pause(250);
    expect(told).toEqual([["this process stood still", { milliseconds: expect.any(Number) }]]);
    expect(told[0]?.[1]?.milliseconds).toBeGreaterThanOrEqual(1_300);
  } finally {
    end();
  }
});
