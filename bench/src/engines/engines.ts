import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureDynamodb } from "./dynamodb.ts";
import { measureKafka } from "./kafka.ts";

/** The log on a real Kafka and the query store on DynamoDB Local, each by itself, through the adapters. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-bench-"));
  try {
    await measureKafka(join(folder, "kafka"));
    await measureDynamodb(join(folder, "dynamodb"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
