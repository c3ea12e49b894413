import { type RecordsPlace, recordsIn } from "./batch-records.ts";
import { crc32c } from "./crc32c.ts";
import type { FetchedBatches, FetchedRecord } from "./protocol.ts";

/** Where the fields of a batch stand (https://kafka.apache.org/documentation/#recordbatch). */
const LENGTH = 8;
const FORMAT = 16;
const CHECKSUM = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const MAX_TIMESTAMP = 35;
const COUNT = 57;
const HEADER_BYTES = 61;
/** The first offset and the length itself, which the length does not count. */
const UNCOUNTED_BYTES = 12;

const FORMAT_READ = 2;
/**
 * Nothing compressed is read: Atlas compresses nothing, brokers take apart what strangers compress
 * (`compression.type=uncompressed`), and a few bytes of it could be gigabytes.
 */
const COMPRESSION = 0x07;
/** More do not fit into a batch that is not compressed: a header that claims them would take memory for nothing. */
const MOST_RECORDS = 1_000_000;

/**
 * Takes what a fetch answers for one partition apart. A batch that stands as it was written, by its checksum, and cannot be
 * read is the same to everybody for ever: its offsets have records without a value (F13). One that is not what was written may
 * be whole on another broker: nothing of it is passed over.
 */
export function readBatches(bytes: Buffer): FetchedBatches {
  const messages: FetchedRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    const size = rest.length < HEADER_BYTES ? Number.POSITIVE_INFINITY : UNCOUNTED_BYTES + rest.readInt32BE(LENGTH);
    // Brokers cut off what is too much for an answer, but never its first batch.
    if (size > rest.length && at > 0) break;
    if (size > rest.length || size < HEADER_BYTES) return { messages, damage: "the length of a batch is wrong" };
    const batch = rest.subarray(0, size);
    const records = recordsOf(batch);
    if (typeof records === "string") return { messages, damage: records };
    for (const record of records) messages.push(record);
    at += size;
  }
  return { messages, damage: undefined };
}

/** Every record of a batch, or what is wrong with it. */
function recordsOf(batch: Buffer): readonly FetchedRecord[] | string {
  const count = batch.readInt32BE(LAST_OFFSET_DELTA) + 1;
  if (batch[FORMAT] !== FORMAT_READ || count < 1 || count > MOST_RECORDS) return "the header of a batch is damaged";
  if (crc32c(batch.subarray(ATTRIBUTES)) !== batch.readUInt32BE(CHECKSUM))
    return "the checksum of a batch does not match";
  const firstOffset = Number(batch.readBigInt64BE(0));
  // The largest time of a batch is that of its append, which the broker puts there (S8).
  const place = { count, firstOffset, timestamp: Number(batch.readBigInt64BE(MAX_TIMESTAMP)) };
  if ((batch.readInt16BE(ATTRIBUTES) & COMPRESSION) !== 0) return unreadable(place);
  const counted = batch.readInt32BE(COUNT);
  if (counted !== count) return `a batch of ${count} records has ${counted}`;
  return recordsIn(batch.subarray(HEADER_BYTES), place) ?? unreadable(place);
}

function unreadable({ count, firstOffset, timestamp }: RecordsPlace): FetchedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    return { offset: firstOffset + index, timestamp, value: null, headers: NO_HEADERS };
  });
}

const NO_HEADERS = Buffer.alloc(0);
