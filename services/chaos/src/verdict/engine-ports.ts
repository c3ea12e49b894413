import { openEngines } from "@atlas/assembly/column";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import type { LogSource } from "@atlas/cli/doctor/log-source";
import { portLog } from "@atlas/cli/doctor/port-log";
import type { Store } from "@atlas/platform/ports/store";
import type { Cluster } from "../cluster/cluster.ts";

/** What Kafka and DynamoDB hold, past the platform. */
export interface EnginePorts {
  readonly source: LogSource;
  readonly store: Store;
  close(): Promise<void>;
}

export async function openEnginePorts({ kafka, dynamodb, s3 }: Cluster): Promise<EnginePorts> {
  const { region, accessKeyId, secretAccessKey } = s3;
  const closes: (() => Promise<void> | void)[] = [];
  const engines = {
    kafka: { brokers: kafka.addresses },
    dynamodb: { endpoint: dynamodb.endpoint, region, credentials: { accessKeyId, secretAccessKey } },
  };
  const { log, store } = await openEngines(engines, PARTITIONS, (close) => closes.push(close));
  return {
    source: portLog(log, PARTITIONS),
    store,
    async close() {
      for (const close of closes) await close();
    },
  };
}
