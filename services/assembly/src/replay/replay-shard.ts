import type { Codec } from "@atlas/gen/codec/codec";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import type { Warn } from "@atlas/platform/shard/warn";
import { BrokenFrameError, type Frame, messageBytes, openFrame } from "@atlas/platform/wire/codec/frame";

/** A log and a store at rest. Nothing is written to them. */
export interface ReplayPorts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly warn: Warn;
}

/** What deciding takes. */
export type DecidePorts = Pick<ReplayPorts, "log" | "digest" | "warn">;

/** What came of deciding a shard's inputs once more, from the first on. */
export interface Redecided {
  /** Events, or market events, that were compared with those on the log. */
  readonly compared: number;
  /** Where what was decided differs from what stands on the log (I10); empty: nowhere. */
  readonly differences: readonly string[];
  /** Behind the last of them. */
  readonly stateHash: string;
}

/** The same, and from the last image with the rest of the log (I10, I21). */
export interface Replayed extends Redecided {
  readonly shard: string;
  readonly recoveredHash: string;
  /** Why no state could be recovered. */
  readonly problem: string | undefined;
  /** Its inputs are trimmed: only the recovered state could be made. */
  readonly trimmed: boolean;
}

const READ_BYTES = 4_194_304;

/** The checksums of a shard's messages on the log, by sequence; the first of copies stands. */
export async function checksumsOf(ports: DecidePorts, topic: string, partition: number): Promise<Map<number, number>> {
  const checksums = new Map<number, number>();
  const { start, end } = await ports.log.range(topic, partition);
  for (let offset = start; offset < end; ) {
    const records = await ports.log.read(topic, partition, offset, READ_BYTES);
    for (const record of records) {
      const frame = opened(record.bytes, ports.digest);
      for (let index = 0; frame !== undefined && index < frame.count; index++) {
        const sequence = Number(frame.header.firstNumber) + index;
        if (!checksums.has(sequence)) checksums.set(sequence, ports.digest.crc32(messageBytes(frame, index)));
      }
    }
    offset += records.length;
  }
  return checksums;
}

/** What is no frame says nothing (F13). */
function opened(bytes: Uint8Array, digest: Digest): Frame | undefined {
  try {
    return openFrame(bytes, digest);
  } catch (error) {
    if (error instanceof BrokenFrameError) return undefined;
    throw error;
  }
}

/** Compares what is decided again, message by message, with what stands on the log. */
export class Comparison<Message> {
  readonly differences: string[] = [];
  compared = 0;
  readonly #known: ReadonlyMap<number, number>;
  readonly #encode: (message: Message) => Uint8Array;
  readonly #digest: Digest;

  constructor(
    known: ReadonlyMap<number, number>,
    encode: (codec: Codec<Message>, message: Message) => Uint8Array,
    codec: Codec<Message>,
    digest: Digest,
  ) {
    this.#known = known;
    this.#encode = (message) => encode(codec, message);
    this.#digest = digest;
  }

  /** A message above the log's end had not left yet; it is not compared. */
  take(sequence: number, message: Message): void {
    const known = this.#known.get(sequence);
    if (known === undefined) return;
    this.compared++;
    if (this.#digest.crc32(this.#encode(message)) !== known && this.differences.length < 10) {
      this.differences.push(`${sequence} is decided otherwise than it stands on the log`);
    }
  }
}
