/// <reference path="./kafkajs-internals.d.ts" />
import Decoder from "kafkajs/src/protocol/decoder.js";
import crc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";
import decodeBatch from "kafkajs/src/protocol/recordBatch/v0/decoder.js";
import type { FetchedBatches, FetchedRecord } from "./protocol.ts";

/** Where the fields of a batch stand (https://kafka.apache.org/documentation/#recordbatch). */
const LENGTH = 8;
const FORMAT = 16;
const CHECKSUM = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const MAX_TIMESTAMP = 35;
const HEADER_BYTES = 61;
/** The first offset and the length itself, which the length does not count. */
const UNCOUNTED_BYTES = 12;

const FORMAT_READ = 2;
const COMPRESSION = 0x07;
/**
 * None and gzip. A rule, and not what happens to be installed: every reader, of whatever build, has to pass over the same
 * offsets.
 */
const COMPRESSIONS_READ: ReadonlySet<number> = new Set([0, 1]);

/**
 * Takes what a fetch answers for one partition apart. A batch that stands as it was written, by its checksum, and cannot be
 * read is the same to everybody for ever: its offsets have records without a value (F13). One that is not what was written may
 * be whole on another broker: nothing of it is passed over.
 */
export async function readBatches(bytes: Buffer): Promise<FetchedBatches> {
  const messages: FetchedRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    const size = rest.length < HEADER_BYTES ? Number.POSITIVE_INFINITY : UNCOUNTED_BYTES + rest.readInt32BE(LENGTH);
    // Brokers cut off what is too much for an answer, but never its first batch.
    if (size > rest.length && at > 0) break;
    if (size > rest.length || size < HEADER_BYTES) return { messages, damage: "the length of a batch is wrong" };
    const batch = rest.subarray(0, size);
    const records = await recordsOf(batch);
    if (typeof records === "string") return { messages, damage: records };
    for (const record of records) messages.push(record);
    at += size;
  }
  return { messages, damage: undefined };
}

/** Every record of a batch, or what is wrong with it. */
async function recordsOf(batch: Buffer): Promise<readonly FetchedRecord[] | string> {
  const count = batch.readInt32BE(LAST_OFFSET_DELTA) + 1;
  if (batch[FORMAT] !== FORMAT_READ || count < 1) return "the header of a batch is damaged";
  if (crc32c(batch.subarray(ATTRIBUTES)) !== batch.readUInt32BE(CHECKSUM))
    return "the checksum of a batch does not match";
  const records = await decoded(batch);
  if (records?.length === count) return records;
  return records === undefined ? unreadable(batch, count) : `a batch of ${count} records has ${records.length}`;
}

/** `undefined`: it cannot be decoded. */
async function decoded(batch: Buffer): Promise<readonly FetchedRecord[] | undefined> {
  if (!COMPRESSIONS_READ.has(batch.readInt16BE(ATTRIBUTES) & COMPRESSION)) return undefined;
  try {
    return (await decodeBatch(new Decoder(batch))).records;
  } catch {
    return undefined;
  }
}

/** The largest time of a batch is that of its append, which the broker puts there (S8). */
function unreadable(batch: Buffer, count: number): FetchedRecord[] {
  const first = batch.readBigInt64BE(0);
  const timestamp = `${batch.readBigInt64BE(MAX_TIMESTAMP)}`;
  return Array.from({ length: count }, (_, index) => {
    return { offset: `${first + BigInt(index)}`, timestamp, value: null, headers: {} };
  });
}
