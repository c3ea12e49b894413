import { crc32c } from "./crc32c.ts";
import { FieldWriter, varintSize, varSizedSize } from "./field-writer.ts";
import type { Requests, SentRecord } from "./protocol.ts";

/** Of `Produce`, that is spoken here: by brokers since Kafka 2.1. */
export const PRODUCE_VERSION = 7;

const FORMAT = 2;
/** Of a record besides its value, more or less: lengths and headers. */
const RECORD_ROOM = 256;
/** Of a topic and of a partition: names, and what stands before the records. */
const PARTITION_ROOM = 256;
/** Of a record: attributes, of which none are in use; its time, as the batch's; no key. */
const UNUSED_BYTES = 3;

/**
 * Encodes a `Produce` whose records are not compressed, of no transaction and no producer that counts
 * (https://kafka.apache.org/documentation/#recordbatch). kafkajs makes the same bytes from a buffer for each header, record,
 * batch and partition, in a tenth of all processor time that an order takes.
 */
export function encodeProduce({ acks, timeout, topicData }: Requests["Produce"]["question"]): Buffer {
  const fields = new FieldWriter(roomOf(topicData));
  const now = Date.now();
  fields.string(null);
  fields.int16(acks);
  fields.int32(timeout);
  fields.array(topicData, ({ topic, partitions }) => {
    fields.string(topic);
    fields.array(partitions, ({ partition, messages }) => {
      fields.int32(partition);
      fields.sized(() => writeBatch(fields, messages, now));
    });
  });
  return fields.bytes;
}

/** The first offset, and the time of topics by time of append, are the broker's to write. */
function writeBatch(fields: FieldWriter, records: readonly SentRecord[], time: number): void {
  fields.int64(0);
  fields.sized(() => {
    fields.int32(0);
    fields.int8(FORMAT);
    fields.checked(crc32c, () => {
      fields.int16(0);
      fields.int32(records.length - 1);
      fields.int64(time);
      fields.int64(time);
      fields.int64(-1);
      fields.int16(0);
      fields.int32(0);
      fields.int32(records.length);
      for (const [index, record] of records.entries()) writeRecord(fields, record, index);
    });
  });
}

function writeRecord(fields: FieldWriter, { value, headers }: SentRecord, index: number): void {
  const named = Object.entries(headers);
  let size = UNUSED_BYTES + varintSize(index) + varSizedSize(value.length) + varintSize(named.length);
  for (const [name, text] of named)
    size += varSizedSize(Buffer.byteLength(name)) + varSizedSize(Buffer.byteLength(text));
  fields.varint(size);
  fields.int8(0);
  fields.varint(0);
  fields.varint(index);
  fields.varBytes(null);
  fields.varBytes(value);
  fields.varint(named.length);
  for (const [name, text] of named) {
    fields.varString(name);
    fields.varString(text);
  }
}

function roomOf(topicData: Requests["Produce"]["question"]["topicData"]): number {
  let room = PARTITION_ROOM;
  for (const { partitions } of topicData)
    for (const { messages } of partitions) {
      room += PARTITION_ROOM;
      for (const { value } of messages) room += value.length + RECORD_ROOM;
    }
  return room;
}
