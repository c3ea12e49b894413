import { expect, test } from "vitest";
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

async function hunt(...mutants: Mutant[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await runMutants(mutants, { seeds: 2, minutes: 1, tell: (line) => void lines.push(line) });
  return { code, lines };
}

test("a fault is caught by the seed that is known to, with the invariant, and the platform without it holds there", async () => {
  const { code, lines } = await hunt({ ...FEE, seed: 7 });
  expect(lines[0]).toMatch(/^a fee is never charged: seed 7, [A-Z]+\d*: .+ \([\d.]+ s, 1 seed\)$/);
  expect(lines[1]).toBe("1 run without a fault: nothing is broken");
  expect(code).toBe(0);
});

test("what is no fault survives all seeds, and that is a failure", async () => {
  const { code, lines } = await hunt(NONE, FEE);
  expect(lines.some((line) => line.startsWith("SURVIVES 2 seeds: nothing is planted"))).toBe(true);
  expect(lines.at(-1)).toContain("2 faults planted, 1 not caught");
  expect(code).toBe(1);
});

test("a place that is no longer there is said before anything runs", async () => {
  await expect(hunt(MOVED)).rejects.toThrow('mutant "the code has moved on": what it changes stands 0 times');
});
