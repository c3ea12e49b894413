import { join } from "node:path";
import { readS3Archive } from "@atlas/adapters/s3/s3-archive";
import { storedItems } from "@atlas/adapters/sqlite/store-database";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { type Column, type EngineTerms, openEngines, openFolderColumn } from "@atlas/assembly/column";
import { type CopiedPartition, copyLog } from "@atlas/assembly/migrate/copy-log";
import { copyStore } from "@atlas/assembly/migrate/copy-store";
import { MoveRefused } from "@atlas/assembly/migrate/move-refused";
import { type ProvedShard, proveMove } from "@atlas/assembly/migrate/prove-move";
import { markMove, unmarkMove } from "@atlas/assembly/migrate/unfinished-move";
import { refuseUsedArchive } from "@atlas/assembly/migrate/used-archive";
import { TICKS } from "@atlas/assembly/platform-terms";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import type { Warn } from "@atlas/platform/shard/warn";
import { noTraces } from "@atlas/platform/telemetry/traces";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { refused } from "../client/failure.ts";
import { takeRestingFolder } from "../folder/resting-folder.ts";

/** What a move tells. */
export interface MoveReport {
  step(text: string): void;
  readonly warn: Warn;
  log(partitions: readonly CopiedPartition[]): void;
  store(items: ReadonlyMap<string, number>): void;
  shard(proved: ProvedShard): void;
}

/**
 * Moves the platform of a folder that does not run to Kafka and DynamoDB, and proves it: every record stands where it stood, every item
 * is the same, and every shard comes to the same state. The folder is only read. Ended anywhere, it may be run again. Answers the
 * shards that are not what they were; while there are any, no process starts on the engines.
 */
export async function moveFolder(folder: string, engines: EngineTerms, report: MoveReport): Promise<readonly string[]> {
  const taken = takeRestingFolder(folder);
  const closers: (() => Promise<void> | void)[] = [() => taken.release()];
  const closes = (close: () => Promise<void> | void) => void closers.push(close);
  const counts = { oms: taken.shape.omsPartitions, venue: taken.shape.venuePartitions };
  try {
    report.step("opening both sides");
    const target = await openEngines(engines, counts, closes, { traces: noTraces, warn: report.warn });
    await refuseLiving(target);
    const archive = readS3Archive(engines.archive);
    closes(() => archive.close());
    await refuseUsedArchive(archive, report.warn);
    await markMove(target.store);
    const clock = systemClock();
    const source = await openFolderColumn(folder, closes);
    const move = { source: source.log, target: target.log, clock, digest: systemDigest() };
    const copied = await copyLog(move, counts, report.step);
    report.store(
      await copyStore({ target: target.store, clock, step: report.step }, storedItems(join(folder, "store"))),
    );
    const different = await prove(source, target, counts, report);
    report.log(await standing(target, copied));
    if (different.length === 0) await unmarkMove(target.store);
    return different;
  } catch (error) {
    if (error instanceof MoveRefused) throw refused(error.message);
    throw error;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Where a platform has run, another one cannot be put. */
async function refuseLiving(target: Column): Promise<void> {
  const { processes, leases } = await new LeaseTable(target.store).read();
  if (processes.length + leases.length === 0) return;
  throw new MoveRefused("a platform has run on these engines already: take others, or another ATLAS_PREFIX");
}

async function prove(
  source: Column,
  target: Column,
  partitions: PartitionCounts,
  report: MoveReport,
): Promise<readonly string[]> {
  const ports = { clock: systemClock(), digest: systemDigest(), warn: () => undefined };
  const different: string[] = [];
  for await (const proved of proveMove(ports, source, target, { partitions, tickInterval: TICKS.watched })) {
    report.step(`proved ${proved.shard}`);
    report.shard(proved);
    if (proved.differences.length > 0) different.push(proved.shard);
  }
  return different;
}

/** Nothing has come since: an append that was given up may land late. */
async function standing({ log }: Column, copied: readonly CopiedPartition[]): Promise<readonly CopiedPartition[]> {
  for (const { topic, partition, start, end } of copied) {
    const range = await log.range(topic, partition);
    if (range.start <= start && range.end === end) continue;
    throw new MoveRefused(`${topic}/${partition} holds ${range.start} to ${range.end} there, ${start} to ${end} here`);
  }
  return copied;
}
