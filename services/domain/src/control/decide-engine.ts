import { FIRST_ENGINE } from "../engine/engine-rules.ts";
import type { ActivateEngine, ProcessEngine } from "./control-command.ts";
import type { ControlRefusal } from "./control-event.ts";

/**
 * Whether a version may be activated now (S26): only the next one, and only if every process that lives carries it. By the
 * command alone: what the process that decides carries must not matter, or its successor might decide otherwise.
 */
export function refuseEngine({ version, processes }: ActivateEngine, active: number): ControlRefusal | undefined {
  if (version !== active + 1) return { reason: "ENGINE_NOT_NEXT", active, version };
  const lacking = processes.filter((process) => !carries(process, version)).map(({ process }) => process);
  // Nobody stated anything: whoever asked did not look.
  if (lacking.length === 0 && processes.length > 0) return undefined;
  return { reason: "ENGINE_MISSING", version, lacking };
}

function carries({ versions }: ProcessEngine, version: number): boolean {
  return versions.length === 0 ? version === FIRST_ENGINE : versions.includes(version);
}
