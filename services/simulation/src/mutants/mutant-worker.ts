import type { SimulationOptions } from "../simulate.ts";
import { plant } from "./plant.ts";

/** A process that simulates with the fault that it was started with, one seed after the other, as it is told. */
plant(JSON.parse(process.argv[2] ?? ""));
const { simulate } = await import("../simulate.ts");

process.on("message", (options: SimulationOptions) => {
  void simulate(options).then((outcome) => process.send?.(outcome));
});
