import { type Codec, encodeView } from "@atlas/gen/codec/codec";
import { type Frame, frameOf, messageBytes } from "@atlas/platform/wire/codec/frame";
import type { DecidePorts } from "./replay-shard.ts";

/** Where a shard's messages stand, and how they are written. */
interface OutputPlace<Message> {
  readonly topic: string;
  readonly partition: number;
  readonly codec: Codec<Message>;
}

interface Stored {
  readonly frame: Frame;
  /** Nothing is known of what stood before it: it was trimmed. */
  readonly isTrimmed: boolean;
}

interface Decided {
  readonly sequence: number;
  readonly checksum: number;
}

const READ_BYTES = 4_194_304;
/** So many differences are told. */
const TOLD = 10;

/**
 * Holds what is decided again against what stands on the log, message by message. Both come in sequence: the log is read on as the
 * decision goes on, and nothing is kept of what was compared, for a partition may hold more messages than a Map takes.
 */
export class Comparison<Message> {
  readonly differences: string[] = [];
  compared = 0;
  /** What was decided and does not stand on the log, which goes on behind it: a hole. */
  missing = 0;
  readonly #output: OutputPlace<Message>;
  readonly #ports: DecidePorts;
  readonly #frames: AsyncGenerator<Stored, undefined>;
  /** The one that is compared now, from this message on. */
  #frame: Frame | undefined;
  #index = 0;
  /** Sequence of the last message of the log that was passed; 0: none. */
  #passed = 0;
  /** Whether it is known what stood before the next one. */
  #isKnown = true;
  /** What was not looked for yet, in sequence. */
  #decided: Decided[] = [];

  constructor(ports: DecidePorts, output: OutputPlace<Message>) {
    this.#ports = ports;
    this.#output = output;
    this.#frames = frames(ports, output);
  }

  /** A message was decided: the one behind the last. */
  take(sequence: number, message: Message): void {
    const checksum = this.#ports.digest.crc32(encodeView(this.#output.codec, message));
    this.#decided.push({ sequence, checksum });
  }

  /** Compares what was decided since the last call. What is above the log's end had not left yet: it is not compared. */
  async settle(): Promise<void> {
    const decided = this.#decided;
    this.#decided = [];
    for (let next = 0; next < decided.length; ) {
      const frame = this.#frame ?? (await this.#nextFrame());
      if (frame === undefined) return;
      next = this.#compare(frame, decided, next);
    }
  }

  async #nextFrame(): Promise<Frame | undefined> {
    const stored = (await this.#frames.next()).value;
    if (stored?.isTrimmed) {
      this.#passed = 0;
      this.#isKnown = false;
    }
    this.#frame = stored?.frame;
    this.#index = 0;
    return this.#frame;
  }

  /** Goes on in the frame, as far as it was decided; answers what is to be compared next. Of copies the first stands (S16). */
  #compare(frame: Frame, decided: readonly Decided[], from: number): number {
    const { digest } = this.#ports;
    let next = from;
    for (; this.#index < frame.count; this.#index++) {
      const sequence = Number(frame.header.firstNumber) + this.#index;
      if (sequence <= this.#passed) continue;
      for (; next < decided.length && (decided[next] as Decided).sequence < sequence; next++) {
        if (this.#isKnown) this.missing++;
      }
      const due = decided[next];
      if (due === undefined) return next;
      this.#passed = sequence;
      this.#isKnown = true;
      if (due.sequence !== sequence) continue;
      next++;
      this.compared++;
      if (digest.crc32(messageBytes(frame, this.#index)) !== due.checksum && this.differences.length < TOLD) {
        this.differences.push(`${sequence} is decided otherwise than it stands on the log`);
      }
    }
    this.#frame = undefined;
    return next;
  }
}

/** What stands on the log when it is first asked. */
async function* frames<Message>(
  { log, digest }: DecidePorts,
  { topic, partition }: OutputPlace<Message>,
): AsyncGenerator<Stored, undefined> {
  const { start, end } = await log.range(topic, partition);
  let isTrimmed = start > 0;
  for (let next = start; next < end; ) {
    const records = await log.read(topic, partition, next, READ_BYTES);
    if (records.length === 0) return undefined;
    for (const { offset, bytes } of records) {
      isTrimmed ||= offset !== next;
      next = offset + 1;
      const frame = frameOf(bytes, digest);
      if (frame === undefined) continue;
      yield { frame, isTrimmed };
      isTrimmed = false;
    }
  }
  return undefined;
}
