import { scanTable } from "@atlas/adapters/dynamodb/table-scan";
import { readS3Archive } from "@atlas/adapters/s3/s3-archive";
import { openEngines } from "@atlas/assembly/column";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import type { LogSource } from "@atlas/cli/doctor/log-source";
import { portLog } from "@atlas/cli/doctor/port-log";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Log } from "@atlas/platform/ports/log";
import type { Store, StoreItem } from "@atlas/platform/ports/store";
import { noTraces } from "@atlas/platform/telemetry/traces";
import type { Cluster } from "../cluster/cluster.ts";

/** What Kafka, DynamoDB and S3 hold, past the platform. */
export interface EnginePorts {
  readonly log: Log;
  readonly archive: Archive;
  readonly source: LogSource;
  readonly store: Store;
  /** Every item of a table of DynamoDB that is asked by key. */
  scan(table: string): AsyncIterable<StoreItem>;
  close(): Promise<void>;
}

export async function openEnginePorts({ kafka, dynamodb, s3, bucket }: Cluster): Promise<EnginePorts> {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  const credentials = { accessKeyId, secretAccessKey };
  const closes: (() => Promise<void> | void)[] = [];
  const engines = {
    kafka: { brokers: kafka.addresses },
    dynamodb: { endpoint: dynamodb.endpoint, region, credentials },
  };
  const unheard = { traces: noTraces, warn: () => undefined };
  const { log, store } = await openEngines(engines, PARTITIONS, (close) => closes.push(close), unheard);
  const archive = readS3Archive({ endpoint, region, credentials, bucket });
  closes.push(() => archive.close());
  return {
    log,
    archive,
    source: portLog(log, PARTITIONS),
    store,
    scan: (table) => scanTable(engines.dynamodb, table),
    async close() {
      for (const close of closes) await close();
    },
  };
}
