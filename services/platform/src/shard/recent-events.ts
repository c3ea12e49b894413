import type { Digest } from "../ports/digest.ts";
import type { Log } from "../ports/log.ts";
import { BrokenFrameError, type Frame, messageBytes, openFrame } from "../wire/codec/frame.ts";

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
      const frame = opened(bytes, ports.digest);
      for (let index = 0; index < (frame?.count ?? 0); index++) {
        const sequence = Number((frame as Frame).header.firstNumber) + index;
        // Another owner's copy.
        if (due !== undefined && sequence < due) continue;
        if (sequence !== due) recent = [];
        recent.push(messageBytes(frame as Frame, index).slice());
        due = sequence + 1;
      }
    }
    offset += records.length;
  }
  return due === last + 1 ? recent : [];
}

/** What is no frame holds no event. */
function opened(bytes: Uint8Array, digest: Digest): Frame | undefined {
  try {
    return openFrame(bytes, digest);
  } catch (error) {
    if (error instanceof BrokenFrameError) return undefined;
    throw error;
  }
}
