/// <reference path="../kafkajs-internals.d.ts" />
import { gzipSync } from "node:zlib";
import crc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";

/** Milliseconds of the append. */
export const TIME = 1_795_132_800_000;
export const GZIP = 1;
const LOG_APPEND_TIME = 8;

export interface BatchForm {
  readonly first: number;
  readonly values: readonly string[];
  readonly compression?: number;
  /** In place of the records. */
  readonly content?: Buffer;
}

/** A batch of format 2, as a broker has it. */
export function batchOf({ first, values, compression = 0, content }: BatchForm): Buffer {
  const plain = Buffer.concat(values.map((value, delta) => recordOf(delta, value)));
  const records = content ?? (compression === GZIP ? gzipSync(plain) : plain);
  const batch = Buffer.alloc(61 + records.length);
  batch.writeBigInt64BE(BigInt(first), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(compression | LOG_APPEND_TIME, 21);
  batch.writeInt32BE(values.length - 1, 23);
  batch.writeBigInt64BE(BigInt(TIME), 35);
  batch.writeInt32BE(values.length, 57);
  records.copy(batch, 61);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A record without a key. */
export function recordOf(
  delta: number,
  value: string | null,
  headers: readonly (readonly [string, string])[] = [],
): Buffer {
  const text = value === null ? [varint(-1)] : sized(value);
  const named = headers.flatMap(([name, content]) => [...sized(name), ...sized(content)]);
  const fields = [varint(0), varint(delta), varint(-1), ...text, varint(headers.length), ...named];
  const body = Buffer.concat([Buffer.from([0]), ...fields]);
  return Buffer.concat([varint(body.length), body]);
}

function sized(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [varint(bytes.length), bytes];
}

/** Zigzag: seven bits a byte, the lowest first. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
