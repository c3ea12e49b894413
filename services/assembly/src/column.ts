import type { DynamodbAccess } from "@atlas/adapters/dynamodb/client";
import { createTables } from "@atlas/adapters/dynamodb/create-tables";
import { openDynamodbStore } from "@atlas/adapters/dynamodb/dynamodb-store";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import type { KafkaAccess } from "@atlas/adapters/kafka/kafka-access";
import { openKafkaLog } from "@atlas/adapters/kafka/kafka-log";
import { planTopics, prepareTopics } from "@atlas/adapters/kafka/kafka-topics";
import { openS3Archive, type S3ArchiveOptions } from "@atlas/adapters/s3/s3-archive";
import { openSqliteLog } from "@atlas/adapters/sqlite/sqlite-log";
import { openSqliteStore } from "@atlas/adapters/sqlite/sqlite-store";
import { systemClock } from "@atlas/adapters/system/system-clock";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import type { Warn } from "@atlas/platform/shard/warn";
import type { Traces } from "@atlas/platform/telemetry/traces";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { archiveIn } from "./archive-in.ts";
import { LateArchive } from "./late-archive.ts";
import { refuseUnfinishedMove } from "./migrate/unfinished-move.ts";
import { throughOutage } from "./through-outage.ts";

/** Where the engines of the distributed column are. */
export interface EngineAccess {
  readonly kafka: KafkaAccess;
  readonly dynamodb: DynamodbAccess;
}

/** The same with the archive. */
export interface EngineTerms extends EngineAccess {
  readonly archive: S3ArchiveOptions;
}

/** The ports on which everything rests: one set of services runs on either column. */
export interface Column {
  readonly log: Log;
  readonly store: Store;
}

/** A column with the archive behind it. */
export interface ArchivedColumn extends Column {
  readonly archive: Archive;
  /** The store once more, for who owns what: of engines by connections and a queue of its own, which nothing else fills. */
  readonly leases: Store;
}

export interface ColumnOptions {
  readonly dataFolder: string;
  /** `undefined`: the embedded column. */
  readonly engines: EngineTerms | undefined;
  readonly traces: Traces;
  /** Told what an engine does not do, or not as it could. */
  readonly warn: Warn;
}

type Closes = (close: () => Promise<void> | void) => void;

/** Opens what the services keep things in; `closes` is told how each part is closed, in the order of opening. */
export async function openColumn(
  { dataFolder, engines, traces, warn }: ColumnOptions,
  partitions: PartitionCounts,
  closes: Closes,
): Promise<ArchivedColumn> {
  if (engines === undefined) {
    const column = await openFolderColumn(dataFolder, closes);
    return { ...column, leases: column.store, archive: archiveFolder(archiveIn(dataFolder)) };
  }
  const column = await openEngines(engines, partitions, closes, { traces, warn });
  await throughOutage(() => refuseUnfinishedMove(column.store), systemClock(), warn);
  const archive = new LateArchive(() => openS3Archive(engines.archive));
  closes(async () => (await archive.opened())?.close());
  const leases = openDynamodbStore(engines.dynamodb);
  closes(() => leases.close());
  return { ...column, leases, archive };
}

/** The embedded column, of a folder that this process has for itself. */
export async function openFolderColumn(dataFolder: string, closes: Closes): Promise<Column> {
  const log = await openSqliteLog(`${dataFolder}/log`);
  closes(() => log.close());
  const store = await openSqliteStore(`${dataFolder}/store`);
  closes(() => store.close());
  return { log, store };
}

/** The distributed column, whatever stands on it. */
export async function openEngines(
  engines: EngineAccess,
  partitions: PartitionCounts,
  closes: Closes,
  { traces, warn }: Pick<ColumnOptions, "traces" | "warn">,
): Promise<Column> {
  const topicsReady = () => prepareTopics(planTopics(partitions), engines.kafka, warn);
  await Promise.all([throughOutage(topicsReady, systemClock(), warn), createTables(engines.dynamodb)]);
  const log = await openKafkaLog({ ...engines.kafka, traces, warn });
  closes(() => log.close());
  const store = openDynamodbStore(engines.dynamodb);
  closes(() => store.close());
  return { log, store };
}
