import { expect, test } from "vitest";
import { knobsOf } from "../faults/faults.ts";
import { mutants } from "./mutants.ts";
import { checkPlace } from "./plant.ts";

test.each(mutants)("the code that $name would change stands where it stood, once", (mutant) => {
  checkPlace(mutant);
  expect(mutant.put).not.toBe(mutant.find);
  for (const one of mutant.cases ?? []) expect(knobsOf([one]), one).not.toEqual([]);
});

test("each fault has a name of its own", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
