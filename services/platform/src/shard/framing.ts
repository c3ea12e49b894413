import type { Codec } from "@atlas/gen/codec/codec";
import type { Digest } from "../ports/digest.ts";
import type { Appended } from "../ports/log.ts";
import { encodeFrame, encodeFrameOf } from "../wire/codec/frame.ts";
import { nextChain } from "./link-chain.ts";
import type { Framing, OutboxEntry } from "./outbox.ts";

/** A frame takes at most this many messages, and bytes where they are known. */
const FRAME_MESSAGES = 4_096;
const FRAME_BYTES = 1_000_000;
/** A frame of messages whose size is known only once they are encoded is cut again above it: the log takes 4,000,000. */
const RECORD_BYTES = 3_500_000;

/** Who signs the frames. */
export interface FrameAuthor {
  /** The shard. */
  readonly source: string;
  /** The process. */
  readonly writer: string;
  readonly digest: Digest;
}

type Acknowledged = (number: number, appended: Appended) => void;

/** A message of a link, encoded. */
export interface LinkEntry extends OutboxEntry {
  readonly bytes: Uint8Array;
}

/** Frames of a link between shards: numbered and chained (S4). */
export class LinkFraming implements Framing<LinkEntry> {
  readonly #author: FrameAuthor;
  readonly #acknowledged: (number: number, chain: bigint, appended: Appended) => void;
  /** Before the first entry that is not acknowledged, and behind the frame in flight. */
  #chain: bigint;
  #chainAfter = 0n;

  constructor(
    author: FrameAuthor,
    chain: bigint,
    acknowledged: (number: number, chain: bigint, appended: Appended) => void,
  ) {
    this.#author = author;
    this.#chain = chain;
    this.#acknowledged = acknowledged;
  }

  frame(entries: readonly LinkEntry[]): { bytes: Uint8Array; count: number } {
    const { source, writer, digest } = this.#author;
    const messages: Uint8Array[] = [];
    let size = 0;
    this.#chainAfter = this.#chain;
    for (const { bytes } of entries) {
      if (messages.length === FRAME_MESSAGES || (size > 0 && size + bytes.length > FRAME_BYTES)) break;
      messages.push(bytes);
      size += bytes.length;
      this.#chainAfter = nextChain(this.#chainAfter, bytes, digest);
    }
    const firstNumber = BigInt((entries[0] as LinkEntry).number);
    const bytes = encodeFrame({ source, writer, firstNumber, chain: this.#chain }, messages, digest);
    return { bytes, count: messages.length };
  }

  acknowledged(number: number, appended: Appended): void {
    this.#chain = this.#chainAfter;
    this.#acknowledged(number, this.#chain, appended);
  }
}

/** A message of a sequenced output. */
export interface SequencedEntry<Message> extends OutboxEntry {
  readonly message: Message;
  /** The next one belongs to the same input, or slice of it: no frame ends here (S13). */
  readonly continues?: boolean;
}

/** Where a frame of at most `most` entries may end: a number of entries, at least what the first input made. */
function frameEnd(entries: readonly SequencedEntry<unknown>[], most: number): number {
  let end = Math.min(entries.length, most);
  while (end > 0 && entries[end - 1]?.continues) end--;
  if (end > 0) return end;
  do end++;
  while (entries[end - 1]?.continues && end < entries.length);
  return end;
}

/** A frame of the first entries, as many as fit. */
function frameOf<Message>(
  entries: readonly SequencedEntry<Message>[],
  seal: (messages: readonly Message[]) => Uint8Array,
): { bytes: Uint8Array; count: number } {
  for (let count = frameEnd(entries, FRAME_MESSAGES); ; ) {
    const bytes = seal(entries.slice(0, count).map((entry) => entry.message));
    const fewer = frameEnd(entries, Math.floor((count * RECORD_BYTES) / bytes.length));
    if (bytes.length <= RECORD_BYTES || fewer >= count) return { bytes, count };
    count = fewer;
  }
}

/** Frames of a shard's events, numbered by sequence without holes. */
export class EventFraming<Message> implements Framing<SequencedEntry<Message>> {
  readonly #author: FrameAuthor;
  readonly #codec: Codec<Message>;
  readonly #acknowledged: Acknowledged;

  constructor(author: FrameAuthor, codec: Codec<Message>, acknowledged: Acknowledged) {
    this.#author = author;
    this.#codec = codec;
    this.#acknowledged = acknowledged;
  }

  frame(entries: readonly SequencedEntry<Message>[]): { bytes: Uint8Array; count: number } {
    const { source, writer, digest } = this.#author;
    const firstNumber = BigInt((entries[0] as SequencedEntry<Message>).number);
    return frameOf(entries, (messages) =>
      encodeFrameOf(this.#codec, { source, writer, firstNumber }, messages, digest),
    );
  }

  acknowledged(number: number, appended: Appended): void {
    this.#acknowledged(number, appended);
  }
}

/** Frames of what the public sees of some events: `(after, through]` says which events a frame speaks for (S14). */
export class ReportFraming<Message> implements Framing<SequencedEntry<Message>> {
  readonly #author: FrameAuthor;
  readonly #codec: Codec<Message>;
  readonly #acknowledged: Acknowledged;
  #after: number;

  constructor(author: FrameAuthor, codec: Codec<Message>, after: number, acknowledged: Acknowledged) {
    this.#author = author;
    this.#codec = codec;
    this.#after = after;
    this.#acknowledged = acknowledged;
  }

  frame(entries: readonly SequencedEntry<Message>[]): { bytes: Uint8Array; count: number } {
    const { source, writer, digest } = this.#author;
    const firstNumber = BigInt((entries[0] as SequencedEntry<Message>).number);
    return frameOf(entries, (messages) => {
      const through = BigInt((entries[messages.length - 1] as SequencedEntry<Message>).number);
      const fields = { source, writer, firstNumber, after: BigInt(this.#after), through };
      return encodeFrameOf(this.#codec, fields, messages, digest);
    });
  }

  acknowledged(number: number, appended: Appended): void {
    this.#after = number;
    this.#acknowledged(number, appended);
  }
}
