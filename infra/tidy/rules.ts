import { checkAmbient, checkCore } from "./determinism.ts";
import { checkIteration } from "./iteration.ts";
import { checkFolderCycles, checkLayers } from "./layers.ts";
import { checkModel } from "./model.ts";
import { checkEnvironment, checkLength } from "./shape.ts";
import { checkSimulation } from "./simulation.ts";
import type { Source, Violation } from "./source.ts";

/** The rules of this repository that types and Biome cannot express. */
export function checkSources(sources: readonly Source[]): Violation[] {
  return [
    ...sources.flatMap((source) =>
      [checkLayers, checkModel, checkSimulation, checkCore, checkAmbient, checkLength].flatMap((rule) => rule(source)),
    ),
    ...checkFolderCycles(sources),
    ...checkIteration(sources),
    ...checkEnvironment(sources),
  ];
}
