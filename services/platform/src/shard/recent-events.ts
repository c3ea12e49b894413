import type { Digest } from "../ports/digest.ts";
import type { Log } from "../ports/log.ts";
import { frameOf, messageBytes } from "../wire/codec/frame.ts";

/** Where events stand: before offset `end` of their partition, through sequence `last`. */
interface EventsEnd {
  readonly topic: string;
  readonly partition: number;
  readonly end: number;
  readonly last: number;
}

/** Records that are looked at, and bytes of a read. */
const RECORDS = 32;
const READ_BYTES = 1_048_576;

/**
 * The bytes of the newest events of a log, in sequence and without a gap through `last`: who followed an earlier owner goes on
 * from them. None when they do not stand there like that; every follower then reads anew.
 */
export async function recentEvents(
  ports: { readonly log: Log; readonly digest: Digest },
  { topic, partition, end, last }: EventsEnd,
): Promise<Uint8Array[]> {
  const { start } = await ports.log.range(topic, partition);
  let recent: Uint8Array[] = [];
  let due: number | undefined;
  for (let offset = Math.max(start, end - RECORDS); offset < end; ) {
    const records = await ports.log.read(topic, partition, offset, READ_BYTES);
    for (const { bytes } of records.slice(0, end - offset)) {
      const frame = frameOf(bytes, ports.digest);
      if (frame === undefined) continue;
      for (let index = 0; index < frame.count; index++) {
        const sequence = Number(frame.header.firstNumber) + index;
        // Another owner's copy.
        if (due !== undefined && sequence < due) continue;
        if (sequence !== due) recent = [];
        recent.push(messageBytes(frame, index).slice());
        due = sequence + 1;
      }
    }
    offset += records.length;
  }
  return due === last + 1 ? recent : [];
}
