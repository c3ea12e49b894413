import type { Cluster } from "../cluster/cluster.ts";
import {
  breakArchive,
  type Fault,
  type FaultGround,
  killBroker,
  killProcess,
  pauseProcess,
  pauseStore,
  refuseArchive,
  restartStore,
} from "./fault.ts";

/** Processes that may be away at once, those that still start among them, and engines. */
const MOST_AWAY = { processes: 3, engines: 1 };
const ENGINES = ["kafka", "dynamodb", "s3"];

/** Kills a minute before anything else may happen, and those without which a run shows too little. */
const KILLS = 7;
export const LEAST_KILLS = 5;

/** What happens next, by the seed, given what is away already and how many were killed so far; `undefined`: nothing can. */
export function nextFault(ground: FaultGround, kills: number, minutes: number): Fault | undefined {
  const { away, roll } = ground;
  const kind = roll(100);
  const processes = processesFor(ground.cluster, away);
  // Drawn always, so that what follows depends less on how fast the machine is.
  const [first, second] = [roll(processes.length), roll(6)];
  const one = processes[first];
  if (kind < 50 || kills < minutes * KILLS) return one && killProcess(one, ground);
  if (kind < 68) return one && pauseProcess(one, ground);
  if ([...away].filter((name) => ENGINES.includes(name)).length >= MOST_AWAY.engines) return undefined;
  if (kind < 76) return killBroker(ground);
  if (second > 3) return refuseArchive(ground);
  if (second > 1) return breakArchive(ground);
  return second === 0 && ground.cluster.keepsStore ? restartStore(ground) : pauseStore(ground);
}

/** Those to which something may happen; one gateway stays. */
function processesFor({ processes }: Cluster, away: ReadonlySet<string>) {
  const living = processes.filter(({ name }) => !away.has(name));
  if (processes.length - living.length >= MOST_AWAY.processes) return [];
  const gateways = living.filter(({ roles }) => roles.includes("gateway"));
  return living.filter((one) => gateways.length > 1 || !gateways.includes(one));
}
