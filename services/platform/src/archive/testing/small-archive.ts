import { memoryArchive } from "../../memory/memory-archive.ts";
import type { LogRecord } from "../../ports/log.ts";
import { encodeFrame } from "../../wire/codec/frame.ts";
import { type ArchivePlace, manifestName, recordsName } from "../object-names.ts";
import { manifestBytes, manifestOf, packRecords } from "../records-object.ts";
import type { ArchiveReading } from "../verify-archive.ts";
import { testCompression, testDigest } from "./test-compression.ts";

const MIDNIGHT = 1_795_132_800_000;

/** A reading of some objects. */
export function readingOf(objects: Map<string, Uint8Array>): ArchiveReading {
  return { archive: memoryArchive({ objects }), compression: testCompression, digest: testDigest };
}

function recordAt(offset: number, text = `record ${offset}`): LogRecord {
  const header = { source: "oms/0", writer: "w", firstNumber: BigInt(offset + 1) };
  const bytes = encodeFrame(header, [new TextEncoder().encode(text)], testDigest);
  return { offset, appendTime: MIDNIGHT + 1_000 * offset, bytes: bytes.slice() };
}

/** Objects of a partition: one for each number, of as many records; between them `skip` offsets too many. */
export async function archived(
  objects: Map<string, Uint8Array>,
  partition: Pick<ArchivePlace, "topic" | "partition">,
  sizes: readonly number[],
  skip = 0,
): Promise<void> {
  let offset = 0;
  const ranges: LogRecord[][] = [];
  for (const size of sizes) {
    const first = offset;
    ranges.push(Array.from({ length: size }, (_, index) => recordAt(first + index)));
    offset += size + skip;
  }
  await archivedRanges(objects, partition, ranges);
}

/** Objects of a partition: one for each range of records. */
export async function archivedRanges(
  objects: Map<string, Uint8Array>,
  partition: Pick<ArchivePlace, "topic" | "partition">,
  ranges: readonly (readonly LogRecord[])[],
): Promise<void> {
  let previous = new Uint8Array(0);
  for (const records of ranges) {
    const packed = await packRecords(records, testCompression);
    const offset = records[0]?.offset ?? 0;
    const place = { ...partition, offset };
    const bytes = manifestBytes(await manifestOf(place, packed, { previous, lost: 0 }, testCompression));
    objects.set(recordsName(place), packed.object);
    objects.set(manifestName(place), bytes);
    previous = new Uint8Array(await testCompression.sha256(bytes));
  }
}
