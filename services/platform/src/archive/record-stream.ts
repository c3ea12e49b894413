import { ArchivedRecordCodec } from "@atlas/gen/atlas/audit/v1/archive_codec";
import type { ArchivedRecord } from "@atlas/gen/atlas/audit/v1/archive_pb";
import { decode, encodeView } from "@atlas/gen/codec/codec";
import { MalformedError } from "@atlas/gen/codec/errors";
import type { LogRecord } from "../ports/log.ts";
import { millisecondsOf, timestampOf } from "../wire/time.ts";

/** What a record takes besides its bytes, at most: length, tags, offset, time. */
const ENVELOPE = 48;
/** A length is a varint of at most so many bytes. */
const LENGTH_BYTES = 5;

/** Records in a row, each behind its length as a varint. */
export function encodeRecords(records: readonly LogRecord[]): Uint8Array {
  const stream = new Uint8Array(records.reduce((sum, { bytes }) => sum + bytes.length + ENVELOPE, 0));
  let end = 0;
  for (const record of records) {
    const message = encodeView(ArchivedRecordCodec, archived(record));
    end = putLength(stream, end, message.length);
    stream.set(message, end);
    end += message.length;
  }
  return stream.subarray(0, end);
}

/** The records of a stream. Throws `MalformedError` or `UnknownFieldError` where it is none. */
export function* decodeRecords(stream: Uint8Array): Generator<LogRecord> {
  for (let position = 0; position < stream.length; ) {
    const { length, start } = lengthAt(stream, position);
    position = start + length;
    if (position > stream.length) throw new MalformedError("the last record breaks off");
    const { offset, appendTime, frame } = decode(ArchivedRecordCodec, stream, start, position);
    yield { offset: Number(offset), appendTime: millisecondsOf(appendTime) ?? 0, bytes: frame };
  }
}

function archived({ offset, appendTime, bytes }: LogRecord): ArchivedRecord {
  return {
    $typeName: "atlas.audit.v1.ArchivedRecord",
    offset: BigInt(offset),
    appendTime: timestampOf(appendTime),
    frame: bytes,
  };
}

function putLength(stream: Uint8Array, at: number, length: number): number {
  let position = at;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) stream[position++] = (rest & 0x7f) | 0x80;
  stream[position++] = rest;
  return position;
}

function lengthAt(stream: Uint8Array, at: number): { length: number; start: number } {
  let length = 0;
  for (let index = 0; index < LENGTH_BYTES; index++) {
    const byte = stream[at + index];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { length, start: at + index + 1 };
  }
  throw new MalformedError("no length in front of a record");
}
