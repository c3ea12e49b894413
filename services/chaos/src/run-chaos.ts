import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dice } from "@atlas/assembly/simulated/dice";
import { atlasClient } from "@atlas/cli/client/atlas-client";
import { memoryFolder } from "@atlas/engines/memory-folder";
import { startCluster, USUAL_PROCESSES } from "./cluster/cluster.ts";
import { type S3Fault, S3Proxy } from "./cluster/s3-proxy.ts";
import type { FaultGround } from "./faults/fault.ts";
import { ServiceWatch } from "./faults/service-watch.ts";
import { shortfall } from "./faults/shortfall.ts";
import { type StormReport, storm } from "./faults/storm.ts";
import { Supervisor } from "./faults/supervisor.ts";
import { ClientBook } from "./load/client-book.ts";
import { pace } from "./load/pace.ts";
import { settle } from "./load/settle.ts";
import { startTraders } from "./load/start-traders.ts";
import { type ChaosOptions, WrongOption } from "./options.ts";
import { compare, type Verdict } from "./verdict/compare.ts";
import { checkJournals } from "./verdict/journal-check.ts";

/** All that a run came to. */
export interface Outcome {
  /** Where the engines, keys and logs of the run are. */
  readonly folder: string;
  readonly storm: StormReport;
  /** How many requests to S3 went wrong while it refused. */
  readonly s3Faults: ReadonlyMap<S3Fault, number>;
  readonly book: ClientBook;
  readonly loadSeconds: number;
  readonly watch: ServiceWatch;
  /** Starts of processes that came to nothing and were repeated. */
  readonly failedStarts: number;
  readonly verdict: Verdict;
  /** What went wrong besides, in words. */
  readonly problems: readonly string[];
}

/**
 * Milliseconds from a death to service of all its shards while nothing else is away: six seconds are promised (S21), of processors
 * that seven processes and three engines do not share with each other.
 */
const SERVED = 20_000;
/** Bytes that an hour's orders take in DynamoDB Local, and more. On a disk it is too slow for what seven processes write. */
const STORE_ROOM = 2 ** 31;
/** Records are archived soon, so that the archive can be looked at when all is over. */
const SETTINGS = { ATLAS_ARCHIVE_SECONDS: "15" };

/** Phase one: faults under load. Phase two: everything is healed, every request has its answer, and all is compared. */
export async function runChaos(options: ChaosOptions, tell: (line: string) => void): Promise<Outcome> {
  const storeFolder = options.keepStoreUp ? undefined : roomForStore();
  const folder = mkdtempSync(join(tmpdir(), "atlas-chaos-"));
  tell(`starting a platform of ${Object.keys(USUAL_PROCESSES).length} processes in ${folder}`);
  const s3Proxy = await new S3Proxy().listen();
  try {
    const { brokers } = options;
    const terms = { folder, processes: USUAL_PROCESSES, brokers, storeFolder, s3Proxy, settings: SETTINGS };
    const cluster = await startCluster(terms);
    const supervisor = new Supervisor(cluster.processes, tell);
    try {
      await cluster.ready();
      return { folder, ...(await runOn({ cluster, s3Proxy, supervisor, tell }, options)) };
    } finally {
      supervisor.stop();
      await cluster.stop();
    }
  } finally {
    s3Proxy.close();
    if (storeFolder !== undefined) rmSync(storeFolder, { recursive: true, force: true });
  }
}

/** A run in which the store is never restarted shows less than it promises: who wants that says so. */
function roomForStore(): string {
  const storeFolder = memoryFolder("atlas-chaos-", STORE_ROOM);
  if (storeFolder !== undefined) return storeFolder;
  throw new WrongOption(
    `DynamoDB Local needs ${STORE_ROOM / 2 ** 30} GiB of files in memory (/dev/shm) to be restarted: make room, or say --keep-store-up`,
  );
}

async function runOn(
  { cluster, s3Proxy, supervisor, tell }: Pick<FaultGround, "cluster" | "s3Proxy" | "supervisor" | "tell">,
  { minutes, seed, rate }: ChaosOptions,
): Promise<Omit<Outcome, "folder">> {
  const book = new ClientBook();
  const { gateways, key } = cluster;
  tell("making accounts");
  const traders = await startTraders({ gateways, key, seed }, book);
  const away = new Set<string>();
  const clients = gateways.map((url) => atlasClient(url, key));
  const watch = new ServiceWatch(clients, cluster.processes, away);
  const begin = performance.now();
  const load = pace(traders, rate);
  const ground = { cluster, s3Proxy, watch, supervisor, away, roll: dice(seed), tell };
  const report = await storm(ground, minutes * 60_000);
  tell("healed; waiting for the answers of what was sent");
  load.stop();
  const loadSeconds = (performance.now() - begin) / 1_000;
  const problems = await settle(cluster, traders);
  watch.close();
  await watch.end();
  problems.push(...shortfall(report.faults, minutes, cluster.keepsStore));
  for (const time of watch.undisturbed.filter((one) => one > SERVED)) {
    problems.push(`shards came back ${(time / 1_000).toFixed(1)} s after a death that nothing else disturbed`);
  }
  tell("comparing");
  const accounts = traders.map(({ accountId }) => accountId);
  const verdict = await compare({ cluster, book, accounts, tell });
  problems.push(...supervisor.ended, ...(await checkJournals(cluster.processes)));
  return {
    storm: report,
    s3Faults: s3Proxy.befallen,
    book,
    loadSeconds,
    watch,
    failedStarts: supervisor.failedStarts,
    verdict,
    problems,
  };
}
