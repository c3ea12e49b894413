import { join } from "node:path";
import { openSqliteLog } from "@atlas/adapters/sqlite/sqlite-log";
import { openSqliteStore } from "@atlas/adapters/sqlite/sqlite-store";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { TICKS } from "@atlas/assembly/platform-terms";
import { replayPlatform } from "@atlas/assembly/replay/replay-platform";
import type { ReplayPorts } from "@atlas/assembly/replay/replay-shard";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { takeRestingFolder } from "../folder/resting-folder.ts";
import { checkArchive } from "./archive-check.ts";
import { Findings, type Rule } from "./findings.ts";
import type { LogSource } from "./log-source.ts";
import { checkMarketData } from "./market-check.ts";
import { checkOrderLog, type ShardReading } from "./order-log-check.ts";
import { checkOutputs } from "./output-check.ts";
import { portLog } from "./port-log.ts";
import { checkStore } from "./store-check.ts";
import { checkVenueOrders } from "./venue-order-check.ts";

/** Examines a folder that no platform uses: all of its log, and every shard decided once more. */
export async function examineFolder(folder: string, step: (text: string) => void): Promise<Findings> {
  const taken = takeRestingFolder(folder);
  const log = await openSqliteLog(join(folder, "log"));
  const store = await openSqliteStore(join(folder, "store"));
  try {
    const warnings: string[] = [];
    const ports: ReplayPorts = {
      log,
      store,
      clock: systemClock(),
      digest: systemDigest(),
      warn: (message, facts) => void warnings.push(`${message}: ${JSON.stringify(facts)}`),
    };
    const partitions = { oms: taken.shape.omsPartitions, venue: taken.shape.venuePartitions };
    const findings = new Findings();
    const source = portLog(log, partitions);
    const readings = await checkLog(source, findings, step);
    step("reading the archive");
    await checkArchive(folder, source, findings);
    step("reading the store");
    await checkStore(store, readings, wholeState(findings));
    await checkReplay(ports, partitions, findings, step);
    return findings;
  } finally {
    await Promise.all([log.close(), store.close()]);
    taken.release();
  }
}

async function checkLog(source: LogSource, findings: Findings, step: (text: string) => void): Promise<ShardReading[]> {
  step("reading the commands and events of orders");
  const readings = await checkOrderLog(source, findings, () => Number.MAX_SAFE_INTEGER);
  step("reading the orders at venues");
  await checkVenueOrders(source, findings, readings);
  step("reading the market");
  await checkMarketData(source, findings);
  step("reading the reports");
  await checkOutputs(source, findings);
  return readings;
}

function wholeState(findings: Findings): Rule {
  return findings.rule("I21", "items of the store and recovered shards are what the log makes them");
}

async function checkReplay(
  ports: ReplayPorts,
  partitions: PartitionCounts,
  findings: Findings,
  step: (text: string) => void,
): Promise<void> {
  const same = findings.rule("I10", "events that were decided once more are those on the log");
  const whole = wholeState(findings);
  step("deciding everything once more");
  for await (const replayed of replayPlatform(ports, partitions, TICKS.watched)) {
    step(`decided ${replayed.shard} once more`);
    same.see(replayed.compared);
    whole.see();
    const { shard, missing, trimmed, stateHash, recoveredHash, problem } = replayed;
    for (const difference of replayed.differences) same.broken(`${shard}: ${difference}`);
    if (missing > 0) same.broken(`${shard}: ${missing} that it decided do not stand on the log`);
    if (trimmed) same.unproven(`${shard}, whose inputs are trimmed`);
    if (problem !== undefined) whole.broken(`${shard} cannot be recovered from its image and log: ${problem}`);
    else if (stateHash !== recoveredHash) whole.broken(`${shard} differs from its image and log`);
  }
}
