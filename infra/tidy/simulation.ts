import ts from "typescript";
import { importsOf } from "./layers.ts";
import { nodesOf, type Source, type Violation, violationAt } from "./source.ts";

const SIMULATION = "services/simulation/src/";

/** The simulated world, the ports, what stands in memory for them, frames of the log, and words and texts that cross the wire. */
const OPEN = [
  /^@atlas\/assembly\/simulated\/(dice|faulty-world|few-instruments|leased-process|memory-platform|named-shards|simulated-process|turn)$/,
  /^@atlas\/platform\/(memory|ports|text)\//,
  /^@atlas\/platform\/(refusal\/refusal-error|shard\/shard-name|wire\/codec\/frame)$/,
];

/** What single files may import besides. */
const OF_FILES: Readonly<Record<string, RegExp>> = {
  // Every shard is decided once more by the platform's own means, from its log or an image.
  "checks/rebuild.ts": /^@atlas\/assembly\/replay\//,
  // Who has a shard stands in the table, whatever processes say.
  "leases/simulate-leases.ts": /^@atlas\/platform\/lease\/lease-table$/,
  // What anybody can verify an archive by must find nothing wrong.
  "checks/archive-check.ts": /^@atlas\/platform\/archive\/verify-archive$/,
};
const OF_TESTS = /^@atlas\/assembly\/testing\/desk$/;

/** Under this name a simulated process has its services (`memory-platform.ts`). */
const SERVICES = "inside";

/**
 * The simulation talks to services by their RPC handlers and the log: it imports the simulated world, not what it is made of, and
 * does not reach into the processes there. What it must have of them has a method of `MemoryPlatform` with a name of what it is for.
 */
export function checkSimulation(source: Source): Violation[] {
  if (!source.path.startsWith(SIMULATION)) return [];
  const own = OF_FILES[source.path.slice(SIMULATION.length)];
  const allowed = [...OPEN, ...(own === undefined ? [] : [own]), ...(source.isTest ? [OF_TESTS] : [])];
  const imports = importsOf(source)
    .filter(({ target }) => /^@atlas\/(assembly|platform)\//.test(target) && !allowed.some((one) => one.test(target)))
    .map(({ node, target }) => violationAt(source, node, `the simulation may not import ${target}: ${REASON}`));
  const reaches = [...nodesOf(source.tree)]
    .filter((node) => (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.text === SERVICES)
    .map((node) => violationAt(source, node, `the simulation may not reach inside a process: ${REASON}`));
  return [...imports, ...reaches];
}

const REASON = "it sees services by RPC and log";
