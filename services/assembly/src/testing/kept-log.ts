import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import type { Log } from "@atlas/platform/ports/log";
import { type PartitionCounts, topics } from "@atlas/platform/topic/topics";

type KeptRecord = readonly [topic: string, partition: number, appendTime: number, hexadecimal: string];

const READ_BYTES = 1e9;

/** All of a log that was never trimmed, as bytes to keep. */
export async function packLog(log: Log, { oms, venue }: PartitionCounts): Promise<Uint8Array> {
  const counts: readonly (readonly [string, number])[] = [
    ...[topics.controlCommands, topics.controlEvents, topics.identityCommands, topics.identityEvents].map(
      ({ name }) => [name, 1] as const,
    ),
    ...[topics.orderCommands, topics.orderEvents].map(({ name }) => [name, oms] as const),
    ...[topics.venueOrders, topics.marketData].map(({ name }) => [name, venue] as const),
  ];
  const kept: KeptRecord[] = [];
  for (const [topic, count] of counts) {
    for (let partition = 0; partition < count; partition++) {
      const { end } = await log.range(topic, partition);
      for (const { appendTime, bytes } of end === 0 ? [] : await log.read(topic, partition, 0, READ_BYTES)) {
        kept.push([topic, partition, appendTime, Buffer.from(bytes).toString("hex")]);
      }
    }
  }
  return brotliCompressSync(JSON.stringify(kept), {
    params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 9 },
  });
}

/** The same log again, append times and all. */
export async function unpackLog(packed: Uint8Array): Promise<Log> {
  let now = 0;
  const log = memoryLog({ clock: { ...systemClock(), now: () => now } });
  for (const [topic, partition, appendTime, bytes] of JSON.parse(`${brotliDecompressSync(packed)}`) as KeptRecord[]) {
    now = appendTime;
    await log.append(topic, partition, Buffer.from(bytes, "hex"));
  }
  return log;
}
