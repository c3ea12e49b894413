import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKafkaLog } from "@atlas/adapters/kafka/kafka-log";
import { planTopics, prepareTopics } from "@atlas/adapters/kafka/kafka-topics";
import { openS3Archive, readS3Archive } from "@atlas/adapters/s3/s3-archive";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { type S3, startS3 } from "@atlas/engines/s3";
import type { VerifyResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { MANIFESTS } from "@atlas/platform/archive/object-names";
import { ALL_TIMES, readRecords } from "@atlas/platform/archive/read-records";
import { verifyArchive } from "@atlas/platform/archive/verify-archive";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Log } from "@atlas/platform/ports/log";
import { silentMetrics } from "@atlas/platform/telemetry/metrics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startArchiver } from "./archiving.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-archive-"));
const PARTITIONS = { oms: 2, venue: 1 };
const PACE = { bytes: 20_000, milliseconds: 1_000 };
const BUCKET = "archive";
const PATIENCE = 5_000;
const digest = systemDigest();
const compression = systemCompression();
let kafka: Kafka;
let s3: S3;

beforeAll(async () => {
  [kafka, s3] = await Promise.all([
    startKafka({ folder: join(folder, "kafka") }),
    startS3({ folder: join(folder, "s3") }),
  ]);
});
afterAll(async () => {
  await Promise.all([kafka?.brokers[0]?.kill(), s3?.process.kill()]);
  rmSync(folder, { recursive: true, force: true });
});

function bucket() {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey }, bucket: BUCKET };
}

/** Never hears what came of its `nth` manifest, which is written or not: as a process that is killed there. */
function killedAt(archive: Archive, nth: number, isWritten: boolean, killed: () => void): Archive {
  let manifests = 0;
  return {
    read: (name) => archive.read(name),
    list: (which) => archive.list(which),
    create: async (name, content) => {
      if (!name.startsWith(MANIFESTS) || ++manifests < nth) return archive.create(name, content);
      if (isWritten) await archive.create(name, content);
      killed();
      return new Promise<boolean>(() => undefined);
    },
  };
}

function archiverOn(log: Log, archive: Archive) {
  const ports = { log, archive, compression, digest, clock: systemClock(), warn: () => undefined };
  return startArchiver({ ports, metrics: silentMetrics, partitions: PARTITIONS, pace: PACE });
}

async function write(log: Log, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number++) {
    const fields = { source: "oms/0", writer: "w", firstNumber: BigInt(number + 1) };
    await log.append("orders.events", number % 2, encodeFrame(fields, [new Uint8Array(300).fill(number)], digest));
    await log.append("market.data", 0, encodeFrame(fields, [new Uint8Array(200).fill(number)], digest));
  }
}

async function verify(archive: Archive): Promise<VerifyResponse[]> {
  const answers: VerifyResponse[] = [];
  for await (const answer of verifyArchive({ archive, compression, digest })) answers.push(answer);
  return answers;
}

test("F19, I22, I23: Kafka's log in S3, its archiver killed between object and manifest, is whole and sound from the objects alone", async () => {
  const at = { brokers: kafka.addresses };
  await prepareTopics(planTopics(PARTITIONS), at);
  const log = await openKafkaLog(at);
  const archive = await openS3Archive({ ...bucket(), retentionDays: 1 });
  try {
    for (const [nth, isWritten] of [
      [1, false],
      [2, false],
      [2, true],
    ] as const) {
      await write(log, 0, 60);
      let dying: ReturnType<typeof archiverOn> | undefined;
      await new Promise<void>((killed) => {
        dying = archiverOn(log, killedAt(archive, nth, isWritten, killed));
      });
      void dying?.stop(0);
      const next = archiverOn(log, archive);
      await expect.poll(() => isWhole(log, archive), { timeout: 60_000 }).toBe(true);
      await next.stop(PATIENCE);
    }
  } finally {
    archive.close();
    await log.close();
  }
  const alone = readS3Archive(bucket());
  const answers = await verify(alone);
  alone.close();
  expect(answers.flatMap(({ problems }) => problems)).toEqual([]);
  expect(answers.map(({ topic, partition, records }) => [topic, partition, records])).toEqual([
    ["market.data", 0, 180n],
    ["orders.events", 0, 90n],
    ["orders.events", 1, 90n],
  ]);
});

/** What the archive has is what the log has, from the first record to the last. */
async function isWhole(log: Log, archive: Archive): Promise<boolean> {
  for (const [topic, partition] of [
    ["orders.events", 0],
    ["orders.events", 1],
    ["market.data", 0],
  ] as const) {
    const { end } = await log.range(topic, partition);
    let next = 0;
    const reading = { archive, compression, digest };
    for await (const { offset, appendTime, bytes } of readRecords({ reading }, { topic, partition }, ALL_TIMES)) {
      const [record] = await log.read(topic, partition, offset, 1);
      expect({ offset, appendTime, bytes: [...bytes] }).toEqual({ ...record, bytes: [...(record?.bytes ?? [])] });
      next = offset + 1;
    }
    if (next < end) return false;
  }
  return true;
}
