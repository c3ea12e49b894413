import { expect, test } from "vitest";
import type { Outcome } from "../simulate.ts";
import { simulateAll } from "./seed-pool.ts";
import { seedRun } from "./seed-run.ts";

test("a process that ends by itself is an outcome of its run, faults and density with it", async () => {
  const run = { seed: 7, minutes: 2, cases: ["F1", "F5"], isDense: true };
  const told: Outcome[] = [];
  const heard = (outcome: Outcome) => told.push(outcome) > 0;
  await simulateAll([run], heard, { worker: "there is no such program" });
  expect(told.map(seedRun)).toEqual([run]);
  expect(told[0]?.found[0]).toMatch(/^LIVE: the process ended by itself: .*there is no such program/s);
});
