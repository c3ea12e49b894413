import type { AtlasProcess } from "../cluster/atlas-process.ts";
import type { Cluster } from "../cluster/cluster.ts";
import {
  breakArchive,
  type Fault,
  type FaultGround,
  type FaultKind,
  killBroker,
  killProcess,
  pauseProcess,
  pauseStore,
  refuseArchive,
  restartStore,
} from "./fault.ts";
import { missingKinds } from "./shortfall.ts";

/** Processes that may be away at once, those that still start among them, and engines. */
const MOST_AWAY = { processes: 3, engines: 1 };
const ENGINES = ["kafka", "dynamodb", "s3"];
const NEEDS_PROCESS: readonly FaultKind[] = ["kill", "pause"];

/** Kills that every run begins with, and kills a minute before anything else may happen twice. */
const FIRST_KILLS = 3;
const KILLS = 7;

/** What happens next, by the seed, given what is away already and what came so far; `undefined`: nothing can. */
export function nextFault(
  ground: FaultGround,
  came: ReadonlyMap<FaultKind, number>,
  minutes: number,
): Fault | undefined {
  const { cluster, away, roll } = ground;
  const processes = processesFor(cluster, away);
  const isEngineSafe = [...away].filter((name) => ENGINES.includes(name)).length < MOST_AWAY.engines;
  const missing = missingKinds(came, cluster.keepsStore).filter((one) =>
    NEEDS_PROCESS.includes(one) ? processes.length > 0 : isEngineSafe,
  );
  // Drawn always, so that what follows depends less on how fast the machine is.
  const [kind, first, second, third] = [roll(100), roll(processes.length), roll(6), roll(missing.length)];
  const one = processes[first];
  const kills = came.get("kill") ?? 0;
  if (kills < FIRST_KILLS) return one && killProcess(one, ground);
  const due = missing[third];
  if (due !== undefined) return faultOf(due, one, ground);
  if (kind < 50 || kills < minutes * KILLS) return one && killProcess(one, ground);
  if (kind < 68) return one && pauseProcess(one, ground);
  if (!isEngineSafe) return undefined;
  if (kind < 76) return killBroker(ground);
  if (second > 3) return refuseArchive(ground);
  if (second > 1) return breakArchive(ground);
  return second === 0 && cluster.keepsStore ? restartStore(ground) : pauseStore(ground);
}

function faultOf(kind: FaultKind, one: AtlasProcess | undefined, ground: FaultGround): Fault | undefined {
  switch (kind) {
    case "kill":
      return one && killProcess(one, ground);
    case "pause":
      return one && pauseProcess(one, ground);
    case "broker killed":
      return killBroker(ground);
    case "store restarted":
      return restartStore(ground);
    case "store paused":
      return pauseStore(ground);
    case "archive refuses":
      return refuseArchive(ground);
    default:
      return breakArchive(ground);
  }
}

/** Those to which something may happen; one gateway stays. */
function processesFor({ processes }: Cluster, away: ReadonlySet<string>) {
  const living = processes.filter(({ name }) => !away.has(name));
  if (processes.length - living.length >= MOST_AWAY.processes) return [];
  const gateways = living.filter(({ roles }) => roles.includes("gateway"));
  return living.filter((one) => gateways.length > 1 || !gateways.includes(one));
}
