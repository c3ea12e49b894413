import { expect, test } from "vitest";
import { Violations } from "../model/violations.ts";
import { leaseFaults } from "./lease-faults.ts";
import { leaseMoves } from "./lease-moves.ts";
import { type LeaseOutcome, simulateLeases } from "./simulate-leases.ts";

interface Run extends LeaseOutcome {
  readonly violations: Violations;
}

async function simulated(seed: number, minutes: number, cases?: readonly string[]): Promise<Run> {
  const violations = new Violations();
  const outcome = await simulateLeases({ seed, minutes, ...(cases === undefined ? {} : { cases }) }, violations);
  return { violations, ...outcome };
}

test.each<[string, string[]]>([
  ["nothing befalls it", []],
  ["F4, F5: processes are killed", ["F4", "F5"]],
  ["F14: processes die at any call of the table, and rows of it are damaged", ["F14"]],
  ["F10: processes stand still for up to five lease times", ["F10"]],
  ["F6: the table is away, slow, refuses, or forgets to answer", ["F6"]],
  ["F15: ways are clogged in one direction", ["F15"]],
  ["F23, S26: processes come, end in order, or lack an engine version", ["F23"]],
  ["F6, F10, F14, F23: all of it at once", ["F6", "F10", "F14", "F23"]],
])("S21: each shard is served by one process in the end, and soon: %s", async (_, cases) => {
  for (let seed = 1; seed <= 5; seed++) {
    const { violations, recent } = await simulated(seed, 2, cases);
    expect(violations.found, recent.join("\n")).toEqual([]);
    expect(violations.seen.get("S21")).toBeGreaterThan(1_000);
  }
});

test("every fault and every move comes, and who asks is told something when its time is over", async () => {
  const came = new Set<string>();
  let asked = 0;
  for (let seed = 1; seed <= 16; seed++) {
    const { violations, faults } = await simulated(seed, 10);
    for (const name of faults.keys()) came.add(name);
    asked += violations.seen.get("LIVE") ?? 0;
  }
  const moves = leaseMoves.map(({ name }) => `leases: all is well, and ${name}`);
  expect([...came].sort()).toEqual([...leaseFaults.map(({ name }) => `leases: ${name}`), ...moves].sort());
  expect(asked).toBeGreaterThan(500);
});

test("the same seed twice is the same, another is another", async () => {
  const [first, again, other] = [await simulated(7, 3), await simulated(7, 3), await simulated(8, 3)];
  expect(again.trace).toBe(first.trace);
  expect(other.trace).not.toBe(first.trace);
});
