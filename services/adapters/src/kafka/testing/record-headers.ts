/// <reference path="../kafkajs-internals.d.ts" />
import Decoder from "kafkajs/src/protocol/decoder.js";
import decodeHeader from "kafkajs/src/protocol/recordBatch/header/v0/decoder.js";
import { type KafkaAccess, openMap } from "../kafka-access.ts";

/** The headers of a partition's first records, as the broker has them. */
export async function recordHeaders(
  access: KafkaAccess,
  topic: string,
  partition: number,
): Promise<Record<string, string>[]> {
  const map = await openMap(access, [topic]);
  try {
    const maxBytes = 1 << 24;
    const { reads } = await map.find(topic, partition);
    const { responses } = await reads.ask("Fetch", {
      ...{ maxWaitTime: 0, minBytes: 1, maxBytes, isolationLevel: 0 },
      topics: [{ topic, partitions: [{ partition, fetchOffset: 0, maxBytes }] }],
    });
    return (responses[0]?.partitions[0]?.messages ?? []).map(({ headers }) =>
      Object.fromEntries(
        new Decoder(headers).readVarIntArray(decodeHeader).map(({ key, value }) => [key, value.toString()]),
      ),
    );
  } finally {
    map.close();
  }
}
