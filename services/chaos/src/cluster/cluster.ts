import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "@atlas/assembly/role";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { type S3, startS3 } from "@atlas/engines/s3";
import { type AtlasProcess, atlasProcess } from "./atlas-process.ts";
import type { S3Proxy } from "./s3-proxy.ts";

export interface ClusterTerms {
  /** Everything of the run is in it. */
  readonly folder: string;
  /** The processes by name, and what each is there for. */
  readonly processes: Readonly<Record<string, readonly Role[]>>;
  /** Of Kafka, default 1. */
  readonly brokers?: 1 | 3;
  /** Where DynamoDB Local keeps what it is to find after a restart; without, it is faster, and forgets. */
  readonly storeFolder?: string | undefined;
  /** How much DynamoDB Local lets the others on this machine go first, 0 (not at all, default) to 19. */
  readonly storeNiceness?: number;
  /** Through it the processes reach S3; without, there is nothing between. */
  readonly s3Proxy?: S3Proxy;
  /** Settings of the processes beside what the engines need. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The file that `atlas` begins with in each of them; absent: this build's. */
  readonly build?: string;
}

/** A platform of many processes on real Kafka, DynamoDB and S3, all on this machine. */
export interface Cluster {
  readonly kafka: Kafka;
  readonly dynamodb: Dynamodb;
  /** It finds after a restart what was there. */
  readonly keepsStore: boolean;
  readonly s3: S3;
  /** Of the archive. */
  readonly bucket: string;
  readonly processes: readonly AtlasProcess[];
  /** Addresses of the gateways. */
  readonly gateways: readonly string[];
  /** The local key: ADMIN, OPERATOR, and TRADER on `demo`. It is there once a gateway is ready. */
  readonly key: string;
  /** Resolves when every process says that it is ready; rejects with what is missing after three minutes. */
  ready(patience?: number): Promise<void>;
  /** Ends everything at once. */
  stop(): Promise<void>;
}

/** A machine that is busy with others starts seven processes slowly. */
const READY_WITHIN = 180_000;
const BUCKET = "atlas-archive";

/** Two of each that clients or shards depend on, as a small platform would have them. */
export const USUAL_PROCESSES: Readonly<Record<string, readonly Role[]>> = {
  "oms-1": ["oms", "identity", "control"],
  "oms-2": ["oms", "identity", "control"],
  "venue-1": ["venue"],
  "venue-2": ["venue"],
  "gateway-1": ["gateway"],
  "gateway-2": ["gateway"],
  "audit-1": ["audit", "market"],
};

/** Starts the engines, then the processes; nothing stays when one does not come up. */
export async function startCluster(terms: ClusterTerms): Promise<Cluster> {
  const { folder, processes, brokers = 1, storeFolder, storeNiceness, s3Proxy, settings, build } = terms;
  const [kafka, dynamodb, s3] = await Promise.all([
    startKafka({ folder: join(folder, "kafka"), brokers }),
    startDynamodb({
      folder: storeFolder ?? join(folder, "dynamodb"),
      keeps: storeFolder !== undefined,
      niceness: storeNiceness ?? 0,
    }),
    startS3({ folder: join(folder, "s3") }),
  ]);
  s3Proxy?.standBefore(s3.endpoint);
  const data = join(folder, "atlas");
  mkdirSync(data, { recursive: true });
  const environment = {
    ...environmentOf(kafka, dynamodb, { ...s3, ...(s3Proxy && { endpoint: s3Proxy.endpoint }) }),
    ...settings,
  };
  const all = await Promise.all(
    Object.entries(processes).map(([name, roles]) => atlasProcess({ name, roles, folder: data, environment, build })),
  );
  const stop = async () => {
    await Promise.all(all.map(({ process }) => process.kill()));
    await Promise.all([...kafka.brokers.map((broker) => broker.kill()), dynamodb.process.kill(), s3.process.kill()]);
  };
  try {
    await Promise.all(all.map(({ process }) => process.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ kafka, dynamodb, s3, bucket: BUCKET, processes: all, stop },
    keepsStore: storeFolder !== undefined,
    gateways: all.filter(({ roles }) => roles.includes("gateway")).map(({ url }) => url),
    get key() {
      return readFileSync(join(data, "cli.key"), "utf8").trim();
    },
    ready: (patience = READY_WITHIN) => untilReady(all, patience),
  };
}

function environmentOf(kafka: Kafka, dynamodb: Dynamodb, s3: S3): Record<string, string> {
  return {
    ATLAS_LOG_LEVEL: "info",
    ATLAS_KAFKA_BROKERS: kafka.addresses.join(","),
    ATLAS_DYNAMODB_ENDPOINT: dynamodb.endpoint,
    ATLAS_S3_ENDPOINT: s3.endpoint,
    ATLAS_S3_BUCKET: BUCKET,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
}

async function untilReady(processes: readonly AtlasProcess[], patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    const missing = (await Promise.all(processes.map(missingOf))).filter((line) => line !== "");
    if (missing.length === 0) return;
    if (performance.now() > deadline) throw new Error(`the platform is not ready:\n${missing.join("\n")}`);
    await sleep(100);
  }
}

/** What a process says is missing; empty: nothing. */
async function missingOf({ name, url }: AtlasProcess): Promise<string> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined);
  if (answer === undefined) return `${name} does not answer`;
  const text = await answer.text();
  return answer.ok ? "" : `${name}: ${text.trim()}`;
}
