import { type SimulationOptions, simulate } from "../simulate.ts";

/** A process that simulates one seed after the other, as it is told. */
process.on("message", (options: SimulationOptions) => {
  void simulate(options).then((outcome) => process.send?.(outcome));
});
