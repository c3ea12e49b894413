import { coreMutants } from "./core-mutants.ts";
import { leaseMutants } from "./lease-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { shellMutants } from "./shell-mutants.ts";

export const mutants: readonly Mutant[] = [...coreMutants, ...shellMutants, ...leaseMutants];
