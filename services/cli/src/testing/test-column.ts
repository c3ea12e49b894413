import { basename, dirname } from "node:path";

/** The variable that carries the settings of engines from who starts them (infra/scripts/engines-setup.ts). */
const TEST_ENGINES = "TEST_ENGINES";

/**
 * What a platform of a test needs besides its folder: nothing on the embedded column; on engines their addresses, and a prefix by
 * which it has them for itself for as long as it has its folder.
 */
export function columnEnvironment(folder: string): Record<string, string> {
  const engines = process.env[TEST_ENGINES];
  if (engines === undefined) return {};
  const prefix = `${basename(dirname(folder))}.${basename(folder)}.`.replaceAll(/[^A-Za-z0-9._-]/g, "").slice(-64);
  return { ...(JSON.parse(engines) as Record<string, string>), ATLAS_PREFIX: prefix };
}
