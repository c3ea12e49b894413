import type { SimulationOptions } from "../simulate.ts";
import { mutants } from "./mutants.ts";
import { plant } from "./plant.ts";

const mutant = mutants.find(({ name }) => name === process.argv[2]);
if (mutant === undefined) throw new Error(`there is no mutant "${process.argv[2]}"`);
plant(mutant);
const { simulate } = await import("../simulate.ts");

process.on("message", (options: SimulationOptions) => {
  void simulate(options).then((outcome) => process.send?.(outcome));
});
