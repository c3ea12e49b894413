import { topics } from "@atlas/platform/topic/topics";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { AtlasClient } from "../client/atlas-client.ts";
import type { LogSource } from "./log-source.ts";

/** Records of one call: the service gives no more. */
const LIMIT = 100_000;

/** The log of a running platform, by `ReadLog`. */
export async function liveLog(atlas: AtlasClient): Promise<LogSource> {
  const count = async (topic: string) => (await atlas.operations.countLog({ topic })).partitions;
  const [oms, venue] = await Promise.all([count(topics.orderEvents.name), count(topics.marketData.name)]);
  return {
    partitions: { oms: oms.length, venue: venue.length },
    async range(topic, partition) {
      const found = (await count(topic)).find((one) => one.partition === partition);
      return { start: Number(found?.startOffset ?? 0), end: Number(found?.endOffset ?? 0) };
    },
    async *records(topic, partition, from, end) {
      for (let next = from; next < end; ) {
        const request = { topic, partition, fromOffset: BigInt(next), limit: Math.min(LIMIT, end - next) };
        for await (const answer of atlas.operations.readLog(request, { timeoutMs: 0 })) {
          const offset = Number(answer.offset);
          const bytes = answer.frame?.value ?? answer.unreadable;
          yield { offset, appendTime: millisecondsOf(answer.appendTime) ?? 0, bytes };
          next = offset + 1;
        }
      }
    },
  };
}
