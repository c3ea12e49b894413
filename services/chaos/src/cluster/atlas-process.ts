import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import type { Role } from "@atlas/assembly/role";
import { EngineProcess } from "@atlas/engines/engine-process";
import { freePort } from "@atlas/engines/free-port";

/** A process of the platform, by its roles. */
export interface AtlasProcessTerms {
  /** What it is called in reports. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where the platform's keys are, and what the process prints. */
  readonly folder: string;
  /** Settings of the engines, as `atlas start` takes them. */
  readonly environment: Readonly<Record<string, string>>;
  /** The file that `atlas` begins with; absent: this build's. */
  readonly build?: string | undefined;
}

/** One process of a platform on engines; it may be killed, paused, and started again under the same address. */
export interface AtlasProcess {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly url: string;
  /** What it printed, run after run. */
  readonly log: string;
  /** The file that `atlas` begins with at the process's next start. */
  build: string;
  readonly process: EngineProcess;
}

export const THIS_BUILD = fileURLToPath(new URL("../../../cli/src/main.ts", import.meta.url));
const COMPILED = fileURLToPath(new URL("../../../../node_modules/.cache/node", import.meta.url));
/** How Node runs a platform (infra/launcher/server-flags.mjs). */
const SERVER_FLAGS = [
  "--max-semi-space-size=64",
  "--initial-old-space-size=256",
  "--heap-growing-percent=300",
  "--external-memory-accounted-in-global-limit",
];

/** A process that is not started yet. */
export async function atlasProcess(terms: AtlasProcessTerms): Promise<AtlasProcess> {
  const { name, roles, folder, environment, build = THIS_BUILD } = terms;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, `${name}.log`);
  const process = new EngineProcess({
    ...{ name, port, log, program: execPath },
    // Asked for at each start.
    get args() {
      const words = ["start", "--engines", "distributed", "--role", roles.join(",")];
      return ["--disable-warning=ExperimentalWarning", ...SERVER_FLAGS, one.build, ...words];
    },
    env: { ...environment, ATLAS_PORT: `${port}`, ATLAS_DATA: folder, NODE_COMPILE_CACHE: COMPILED },
    ready: () => isUp(url),
  });
  const one: AtlasProcess = { name, roles, url, log, build, process };
  return one;
}

/** It answers; whether it is ready depends on the others, too. */
async function isUp(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/livez`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}
