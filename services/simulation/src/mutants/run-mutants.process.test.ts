import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { PoolOptions } from "../run/seed-pool.ts";
import { seedRun } from "../run/seed-run.ts";
import type { SimulationOptions } from "../simulate.ts";
import type { Mutant } from "./mutant.ts";
import { runMutants } from "./run-mutants.ts";

const FEE: Mutant = {
  name: "a fee is never charged",
  file: "domain/src/ledger/fee.ts",
  find: "return roundUpE16(accruedE16) - chargedMinor;",
  put: "return chargedMinor - chargedMinor;",
  cases: [],
};
const NONE: Mutant = { ...FEE, name: "nothing is planted", put: FEE.find };
const MOVED: Mutant = { ...FEE, name: "the code has moved on", find: "return nothing that stands there;" };

const WORKER = fileURLToPath(new URL("./mutant-worker.ts", import.meta.url));

async function hunt(mutants: readonly Mutant[], sound?: PoolOptions) {
  const lines: string[] = [];
  const kept: SimulationOptions[] = [];
  const tell = (line: string) => void lines.push(line);
  const keep = (outcome: SimulationOptions) => void kept.push(seedRun(outcome));
  const code = await runMutants(mutants, { seeds: 2, minutes: 1, tell, keep, ...(sound && { sound }) });
  return { code, lines, kept };
}

test("a fault is caught by the seed that is known to, with the invariant, and the platform without it holds there", async () => {
  const { code, lines, kept } = await hunt([{ ...FEE, seed: 7 }]);
  expect(lines[0]).toMatch(/^a fee is never charged: seed 7, [A-Z]+\d*: .+ \([\d.]+ s, 1 seed\)$/);
  expect(lines[1]).toBe("1 run without a fault: nothing is broken");
  expect(kept).toEqual([]);
  expect(code).toBe(0);
});

test("what is no fault survives all seeds, and that is a failure", async () => {
  const { code, lines } = await hunt([NONE, FEE]);
  expect(lines.some((line) => line.startsWith("SURVIVES 2 seeds: nothing is planted"))).toBe(true);
  expect(lines.at(-1)).toContain("2 faults planted, 1 not caught");
  expect(code).toBe(1);
});

test("what is broken without a fault, too, is told with the command that brings it again, and kept", async () => {
  const sound = { worker: WORKER, args: [JSON.stringify(FEE)] };
  const { code, lines, kept } = await hunt([FEE, { ...FEE, name: "the same elsewhere", cases: ["F4"] }], sound);
  expect(
    lines.filter((line) => line.startsWith("WITHOUT A FAULT seed 1")).map((line) => line.split("of ").at(-1)),
  ).toEqual(expect.arrayContaining([FEE.name, "the same elsewhere"]));
  expect(lines).toContain("  again: npm run sim -- --seed 1 --minutes 1 --cases none --dense");
  expect(lines).toContain("  again: npm run sim -- --seed 1 --minutes 1 --cases F4 --dense");
  expect(kept).toContainEqual({ seed: 1, minutes: 1, cases: [], isDense: true });
  expect(kept).toContainEqual({ seed: 1, minutes: 1, cases: ["F4"], isDense: true });
  expect(lines.at(-1)).toContain("2 faults planted, 2 not caught");
  expect(code).toBe(1);
});

test("a place that is no longer there is said before anything runs", async () => {
  await expect(hunt([MOVED])).rejects.toThrow('mutant "the code has moved on": what it changes stands 0 times');
});
