import { FieldWriter } from "./field-writer.ts";
import type { Requests } from "./protocol.ts";

/** What is asked before and behind the partitions, and of each of them with its topic. */
const ROOM = 64;
/** Of a client that is no broker, does not follow elections, and keeps no session. */
const NONE = -1;

/** Encodes a `Fetch` of version 11. kafkajs makes the same bytes from a buffer for each partition. */
export function encodeFetch(question: Requests["Fetch"]["question"]): Buffer {
  const { maxWaitTime, minBytes, maxBytes, isolationLevel, topics } = question;
  const fields = new FieldWriter(
    ROOM + topics.reduce((sum, { partitions }) => sum + ROOM * (1 + partitions.length), 0),
  );
  fields.int32(NONE);
  fields.int32(maxWaitTime);
  fields.int32(minBytes);
  fields.int32(maxBytes);
  fields.int8(isolationLevel);
  fields.int32(0);
  fields.int32(NONE);
  fields.array(topics, ({ topic, partitions }) => {
    fields.string(topic);
    fields.array(partitions, ({ partition, fetchOffset, maxBytes }) => {
      fields.int32(partition);
      fields.int32(NONE);
      fields.int64(fetchOffset);
      fields.int64(NONE);
      fields.int32(maxBytes);
    });
  });
  fields.array([], () => {});
  fields.string("");
  return fields.bytes;
}
