import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { type Finding, Findings } from "@atlas/cli/doctor/findings";
import { examineLive } from "@atlas/cli/doctor/live-doctor";
import type { Cluster } from "../cluster/cluster.ts";
import type { ClientBook } from "../load/client-book.ts";
import { checkArchive } from "./archive-check.ts";
import { checkChanges } from "./change-check.ts";
import { openEnginePorts } from "./engine-ports.ts";
import { checkItems } from "./item-check.ts";
import { checkLog } from "./log-check.ts";
import { LogModel } from "./log-model.ts";
import { Losses } from "./losses.ts";
import { checkAnswers, untilAtRest } from "./platform-check.ts";
import { checkRecords } from "./record-check.ts";
import { checkRepeats } from "./repeat-check.ts";
import { checkRequests, checkTold } from "./request-check.ts";
import { checkStore } from "./store-check.ts";

/** What a run came to. */
export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly findings: readonly Finding[];
  /** Why not all was looked at: the counts are of what was. `undefined`: all was. */
  readonly brokenOff: string | undefined;
}

export interface CompareTerms {
  readonly cluster: Cluster;
  readonly book: ClientBook;
  readonly accounts: readonly string[];
  readonly tell: (line: string) => void;
}

/** Milliseconds within which nothing is under way any more once nothing is sent, and then the store shows all of it (S24). */
const REST = 30_000;
/** Milliseconds within which the archive has what the log has. */
const ARCHIVED = 60_000;

/** Holds what clients were told against log, store, archive and the platform's answers; the doctor looks at all the rest. */
export async function compare(terms: CompareTerms): Promise<Verdict> {
  const findings = new Findings();
  const losses = new Losses(findings);
  const { examined, brokenOff } = await lookAtAll(terms, losses).then(
    (all) => ({ examined: all, brokenOff: undefined }),
    (error: Error) => ({ examined: [], brokenOff: error.stack ?? error.message }),
  );
  return { lost: losses.lost, doubled: losses.doubled, findings: [...findings.all(), ...examined], brokenOff };
}

/** What the doctor finds, once everything else was compared; rejects where something could not be. */
async function lookAtAll({ cluster, book, accounts, tell }: CompareTerms, losses: Losses): Promise<readonly Finding[]> {
  const clients = cluster.gateways.map((url) => atlasClient(url, cluster.key));
  const [atlas, other] = [clients[0], clients.at(-1)] as [AtlasClient, AtlasClient];
  const engines = await openEnginePorts(cluster);
  try {
    const ended = losses.rule("I5", "states of orders that clients were told stand on the log");
    await untilAtRest(atlas, accounts, REST).catch((error: Error) => ended.broken(error.message));
    tell("repeating requests");
    await checkRepeats(other, book.asked, losses);
    tell("reading the log from Kafka");
    const log = await LogModel.read(engines.source, new Set(accounts));
    checkRequests(book, log, losses);
    checkChanges(book.asked, log, losses);
    checkTold(book, log, losses);
    checkLog(log, losses);
    tell("reading DynamoDB, and asking the platform");
    const storedBy = performance.now() + REST;
    for (const [index, accountId] of accounts.entries()) {
      const client = clients[index % clients.length] as AtlasClient;
      await checkAnswers(client, accountId, log, losses);
      await checkStore(engines.store, accountId, log, losses, storedBy);
    }
    await checkRecords(engines.store, book.asked, log, losses, storedBy);
    tell("scanning DynamoDB");
    await checkItems(engines.scan, log, losses);
    tell("reading S3");
    await checkArchive(engines, losses, performance.now() + ARCHIVED);
    return (await examineLive(atlas, false, tell)).all();
  } finally {
    for (const client of clients) client.close();
    await engines.close();
  }
}
