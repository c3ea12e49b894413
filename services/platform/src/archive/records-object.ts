import { ArchiveManifestCodec } from "@atlas/gen/atlas/audit/v1/archive_codec";
import type { ArchiveManifest } from "@atlas/gen/atlas/audit/v1/archive_pb";
import { encode } from "@atlas/gen/codec/codec";
import { MalformedError, UnknownFieldError } from "@atlas/gen/codec/errors";
import { type Compression, NotCompressed } from "../ports/compression.ts";
import type { LogRecord } from "../ports/log.ts";
import { timestampOf } from "../wire/time.ts";
import { type ArchivePlace, recordsName } from "./object-names.ts";
import { decodeRecords, encodeRecords } from "./record-stream.ts";

/** Of manifests that are written now. */
const FORMAT = 1;
/** Records of one object, not compressed. */
const MOST_RECORD_BYTES = 64_000_000;

/** An object of records, whole. */
export interface RecordsObject {
  /** As it stands in the archive. */
  readonly object: Uint8Array;
  /** Not compressed. */
  readonly stream: Uint8Array;
  /** At least one. */
  readonly records: readonly LogRecord[];
}

/** The object cannot be read as one of records; the message says why. */
export class UnreadableObject extends Error {
  override name = "UnreadableObject";
}

/** What a manifest says besides its object: what came before. */
export interface ChainLink {
  /** SHA-256 of the manifest before; empty: there is none. */
  readonly previous: Uint8Array;
  /** Offsets right before the first that were never kept. */
  readonly lost: number;
}

export async function packRecords(records: readonly LogRecord[], compression: Compression): Promise<RecordsObject> {
  const stream = encodeRecords(records);
  return { object: await compression.compress(stream), stream, records };
}

/** Rejects with `UnreadableObject` unless the bytes are records in a row, every offset once. */
export async function openRecords(object: Uint8Array, compression: Compression): Promise<RecordsObject> {
  try {
    const stream = await compression.expand(object, MOST_RECORD_BYTES);
    const records = [...decodeRecords(stream)];
    const [first] = records;
    if (first === undefined) throw new UnreadableObject("it holds no record");
    const wrong = records.findIndex(({ offset }, index) => offset !== first.offset + index);
    if (wrong >= 0) throw new UnreadableObject(`offset ${records[wrong]?.offset} where ${first.offset + wrong} is due`);
    return { object, stream, records };
  } catch (error) {
    if (error instanceof NotCompressed || error instanceof MalformedError || error instanceof UnknownFieldError) {
      throw new UnreadableObject(error.message);
    }
    throw error;
  }
}

/** The manifest of the object of records that has its name of a place. */
export async function manifestOf(
  place: ArchivePlace,
  { object, stream, records }: RecordsObject,
  { previous, lost }: ChainLink,
  compression: Compression,
): Promise<ArchiveManifest> {
  const first = records[0] as LogRecord;
  const last = records.at(-1) as LogRecord;
  return {
    $typeName: "atlas.audit.v1.ArchiveManifest",
    format: FORMAT,
    topic: place.topic,
    partition: place.partition,
    firstOffset: BigInt(first.offset),
    lastOffset: BigInt(last.offset),
    count: BigInt(records.length),
    lost: BigInt(lost),
    earliestAppendTime: timestampOf(records.reduce((least, one) => Math.min(least, one.appendTime), first.appendTime)),
    latestAppendTime: timestampOf(records.reduce((most, one) => Math.max(most, one.appendTime), first.appendTime)),
    recordsObject: recordsName(place),
    objectBytes: BigInt(object.length),
    objectSha256: await compression.sha256(object),
    recordsBytes: BigInt(stream.length),
    recordsSha256: await compression.sha256(stream),
    previousSha256: previous,
  };
}

/** A manifest's bytes: the same ones for the same manifest. */
export function manifestBytes(manifest: ArchiveManifest): Uint8Array {
  return encode(ArchiveManifestCodec, manifest).slice();
}
