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
import type { Archive } from "@atlas/platform/ports/archive";
import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { archiveIn } from "./archive-in.ts";

/** Where the engines of the distributed column are. */
export interface EngineAccess {
  readonly kafka: KafkaAccess;
  readonly dynamodb: DynamodbAccess;
  /** Absent: the archive is in the data folder. */
  readonly archive?: S3ArchiveOptions;
}

/** The ports on which everything rests: one set of services runs on either column. */
export interface Column {
  readonly log: Log;
  readonly store: Store;
  readonly archive: Archive;
}

export interface ColumnOptions {
  readonly dataFolder: string;
  readonly engines?: EngineAccess;
}

/** Opens what the services keep things in; `closes` is told how each part is closed, in the order of opening. */
export async function openColumn(
  { dataFolder, engines }: ColumnOptions,
  partitions: PartitionCounts,
  closes: (close: () => Promise<void>) => void,
): Promise<Column> {
  if (engines === undefined) {
    const log = await openSqliteLog(`${dataFolder}/log`);
    closes(() => log.close());
    const store = await openSqliteStore(`${dataFolder}/store`);
    closes(() => store.close());
    return { log, store, archive: archiveFolder(archiveIn(dataFolder)) };
  }
  await Promise.all([prepareTopics(planTopics(partitions), engines.kafka), createTables(engines.dynamodb)]);
  const log = await openKafkaLog(engines.kafka);
  closes(() => log.close());
  const store = openDynamodbStore(engines.dynamodb);
  closes(() => store.close());
  return { log, store, archive: await openArchive(dataFolder, engines, closes) };
}

async function openArchive(
  dataFolder: string,
  { archive }: EngineAccess,
  closes: (close: () => Promise<void>) => void,
): Promise<Archive> {
  if (archive === undefined) return archiveFolder(archiveIn(dataFolder));
  const opened = await openS3Archive(archive);
  closes(async () => opened.close());
  return opened;
}
