import { LogDamaged, type LogRecord } from "@atlas/platform/ports/log";
import type { FetchedBatches } from "./protocol.ts";

/**
 * What a fetch brought from offset `from` on: brokers send whole batches, whose first records may be older. Every offset
 * is told, one whose record has no value (written by a stranger) as a record without bytes, which no frame is: whoever
 * decodes it says so and goes on. Throws `LogDamaged` where an offset is missing (S1), or `from` is not what was written.
 */
export function recordsFrom({ messages, damage }: FetchedBatches, from: number, where: string): LogRecord[] {
  const records: LogRecord[] = [];
  for (const { offset, timestamp, value } of messages) {
    if (offset < from) continue;
    const expected = from + records.length;
    if (offset !== expected) throw new LogDamaged(`${where}: offset ${offset} follows where ${expected} should be`);
    records.push({ offset, appendTime: timestamp, bytes: plainBytes(value) });
  }
  if (records.length > 0) return records;
  if (damage !== undefined) throw new LogDamaged(`${where}: ${from} cannot be read: ${damage}`);
  if (messages.length > 0) throw new LogDamaged(`${where}: ${from} is not where it should be`);
  return records;
}

/** The first records of `maxBytes` in all, at least one. */
export function upTo(records: readonly LogRecord[], maxBytes: number): readonly LogRecord[] {
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    bytes += record.bytes.length;
    if (bytes > maxBytes && index > 0) return records.slice(0, index);
  }
  return records;
}

/** A Buffer's `slice` is a view where an array's is a copy: nobody else is to meet one. */
function plainBytes(value: Buffer | null): Uint8Array {
  return value === null ? new Uint8Array(0) : new Uint8Array(value.buffer, value.byteOffset, value.length);
}
