import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Dynamodb, fetchDynamodb, startDynamodb } from "./dynamodb.ts";
import type { EngineProcess } from "./engine-process.ts";
import { fetchKafka, type Kafka, startKafka } from "./kafka.ts";
import { fetchS3, type S3, startS3 } from "./s3.ts";
import type { EngineName, EngineSettings } from "./settings.ts";

/** Those that were asked for. */
export interface Engines {
  readonly data: string;
  readonly kafka: Kafka | undefined;
  readonly dynamodb: Dynamodb | undefined;
  readonly s3: S3 | undefined;
  /** Ends all of them; a temporary data folder goes too. */
  stop(): Promise<void>;
}

/** Fetches what is not in this machine's cache yet. */
export async function fetchEngines(names: readonly EngineName[]): Promise<void> {
  const fetch = { kafka: fetchKafka, dynamodb: fetchDynamodb, s3: fetchS3 };
  await Promise.all(names.map((name) => fetch[name]()));
}

/** Starts engines side by side; when one does not come up, none stays. */
export async function startEngines(settings: EngineSettings): Promise<Engines> {
  const temporary = settings.data === undefined;
  const data = temporary ? mkdtempSync(join(tmpdir(), "atlas-engines-")) : resolve(settings.data ?? "");
  if (temporary) process.once("exit", () => rmSync(data, { recursive: true, force: true }));
  const wanted = <T>(name: EngineSettings["only"][number], start: () => Promise<T>): Promise<T | undefined> =>
    settings.only.includes(name) ? start() : Promise.resolve(undefined);
  const { brokers } = settings;
  const starts = await Promise.allSettled([
    wanted("kafka", () => startKafka({ folder: join(data, "kafka"), brokers, port: settings.kafkaPort })),
    wanted("dynamodb", () => startDynamodb({ folder: join(data, "dynamodb"), port: settings.dynamodbPort })),
    wanted("s3", () => startS3({ folder: join(data, "s3"), port: settings.s3Port })),
  ]);
  const [kafka, dynamodb, s3] = starts.map((start) => (start.status === "fulfilled" ? start.value : undefined)) as [
    Kafka | undefined,
    Dynamodb | undefined,
    S3 | undefined,
  ];
  const running = [...(kafka?.brokers ?? []), dynamodb?.process, s3?.process].filter((one) => one !== undefined);
  const stop = () => stopAll(running, temporary ? data : undefined);
  const failed = starts.find((start) => start.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { data, kafka, dynamodb, s3, stop };
}

async function stopAll(running: readonly EngineProcess[], temporary: string | undefined): Promise<void> {
  // Nothing that is thrown away needs an orderly end.
  await Promise.all(running.map((one) => (temporary === undefined ? one.stop() : one.kill())));
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
}
