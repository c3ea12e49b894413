import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDynamodb } from "../engines/dynamodb.ts";
import { startKafka } from "../engines/kafka.ts";
import { startS3 } from "../engines/s3.ts";

/** Read by services/cli/src/testing/test-column.ts. */
const TEST_ENGINES = "TEST_ENGINES";

let stop = async (): Promise<void> => {};

/**
 * Starts Kafka, DynamoDB and S3 once for all files of a run; every platform that they start keeps its things there. Where whoever started
 * the run has some already, it is on those.
 */
export async function setup(): Promise<void> {
  if (process.env[TEST_ENGINES] !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "atlas-end-to-end-"));
  const [kafka, dynamodb, s3] = await Promise.all([
    startKafka({ folder: join(folder, "kafka") }),
    startDynamodb({ folder: join(folder, "dynamodb"), keeps: false }),
    startS3({ folder: join(folder, "s3") }),
  ]);
  process.env[TEST_ENGINES] = JSON.stringify({
    ATLAS_ENGINES: "distributed",
    ATLAS_KAFKA_BROKERS: kafka.addresses.join(","),
    ATLAS_DYNAMODB_ENDPOINT: dynamodb.endpoint,
    ATLAS_S3_ENDPOINT: s3.endpoint,
    ATLAS_S3_BUCKET: "atlas-archive",
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  });
  stop = async () => {
    await Promise.all([kafka.brokers[0]?.kill(), dynamodb.process.kill(), s3.process.kill()]);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Ends them. */
export function teardown(): Promise<void> {
  return stop();
}
