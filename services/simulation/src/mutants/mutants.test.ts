import { expect, test } from "vitest";
import { knobs } from "../faults/faults.ts";
import { leaseFaults } from "../leases/lease-faults.ts";
import { mutants } from "./mutants.ts";
import { checkPlace } from "./plant.ts";

test.each(mutants)("the code that $name would change stands where it stood, once", (mutant) => {
  checkPlace(mutant);
  expect(mutant.put).not.toBe(mutant.find);
  const faults = [...knobs, ...leaseFaults].flatMap(({ cases }) => cases);
  for (const one of mutant.cases ?? []) expect(faults).toContain(one);
});

test("each fault has a name of its own", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
