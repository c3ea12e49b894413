import { setTimeout as sleep } from "node:timers/promises";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import { type ArchivePartition, manifestsFrom } from "@atlas/platform/archive/archive-chain";
import { ALL_TIMES, readRecords } from "@atlas/platform/archive/read-records";
import { type ArchiveReading, verifyArchive } from "@atlas/platform/archive/verify-archive";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Log, LogRecord } from "@atlas/platform/ports/log";
import { partitionsOf, topics } from "@atlas/platform/topic/topics";
import pLimit from "p-limit";
import type { EnginePorts } from "./engine-ports.ts";
import type { Losses } from "./losses.ts";

const PAUSE = 500;
const READ_BYTES = 1_000_000;
/** Partitions looked at side by side. */
const ABREAST = 8;

/**
 * By `deadline` S3 has what Kafka had when this was asked: every record once, byte for byte (I22). The objects alone then bear
 * their verifier (I23).
 */
export async function checkArchive({ log, archive }: EnginePorts, losses: Losses, deadline: number): Promise<void> {
  const complete = losses.rule("I22", "records of the log stand in the archive, byte for byte");
  const sound = losses.rule("I23", "partitions of the archive whose objects bear the verifier");
  const reading = { archive, compression: systemCompression(), digest: systemDigest() };
  // All before any is waited for: markets go on, and each would be further than the one before.
  const asked = [...everyPartition()].map(async (place) => ({
    place,
    ...(await log.range(place.topic, place.partition)),
  }));
  await pLimit(ABREAST).map(await Promise.all(asked), async ({ place, start, end }) => {
    if (end === 0) return;
    const archived = await archivedThrough(archive, place, end, deadline);
    const lose = (message: string) => losses.lose(complete, `${place.topic}/${place.partition}: ${message}`);
    if (archived < end) lose(`S3 ends at ${archived}, Kafka at ${end}`);
    complete.see(await compare(reading, log, place, start, lose));
  });
  for await (const { topic, partition, problems } of verifyArchive(reading)) {
    sound.see();
    for (const { object, message } of problems) sound.broken(`${topic}/${partition}, ${object}: ${message}`);
  }
}

function* everyPartition(): Generator<ArchivePartition> {
  for (const { name: topic } of Object.values(topics)) {
    for (let partition = 0; partition < partitionsOf(topic, PARTITIONS); partition++) yield { topic, partition };
  }
}

/** One above the last offset that a manifest names, as soon as that is `end` or more; at the deadline, as it is. */
async function archivedThrough(
  archive: Archive,
  place: ArchivePartition,
  end: number,
  deadline: number,
): Promise<number> {
  for (let next = 0; ; await sleep(PAUSE)) {
    for await (const { lastOffset } of manifestsFrom(archive, place, next)) next = Number(lastOffset) + 1;
    if (next >= end || performance.now() > deadline) return next;
  }
}

/** How many records were compared; of what the log has trimmed only that offsets follow one another. */
async function compare(
  reading: ArchiveReading,
  log: Log,
  { topic, partition }: ArchivePartition,
  start: number,
  broken: (message: string) => void,
): Promise<number> {
  let page: readonly LogRecord[] = [];
  let next = 0;
  for await (const record of readRecords({ reading }, { topic, partition }, ALL_TIMES)) {
    if (record.offset !== next) broken(`${record.offset} stands where ${next} is due`);
    next = record.offset + 1;
    if (record.offset < start) continue;
    if ((page.at(-1)?.offset ?? -1) < record.offset) page = await log.read(topic, partition, record.offset, READ_BYTES);
    const logged = page[record.offset - (page[0]?.offset ?? 0)];
    const isSame = logged?.appendTime === record.appendTime && Buffer.compare(logged.bytes, record.bytes) === 0;
    if (!isSame) broken(`another record stands at ${record.offset} than on the log`);
  }
  return next;
}
