import { availableParallelism } from "node:os";

/** With fewer cores, threads that collect garbage take the time of those that serve: a tenth of a platform's, measured. */
const CORES_FOR_COLLECTORS = 3;

/** How Node runs a platform: what is under way must fit the young generation, or it is copied again and again. */
export function serverFlags(cores = availableParallelism()) {
  const flags = ["--max-semi-space-size=64"];
  return cores < CORES_FOR_COLLECTORS ? [...flags, "--single-threaded-gc"] : flags;
}
