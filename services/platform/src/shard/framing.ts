import type { Digest } from "../ports/digest.ts";
import type { Appended } from "../ports/log.ts";
import { encodeFrame } from "../wire/codec/frame.ts";
import { nextChain } from "./link-chain.ts";
import type { Framing, OutboxEntry } from "./outbox.ts";

/** A frame takes at most this many messages, and bytes: the log takes 4,000,000. */
const FRAME_MESSAGES = 4_096;
const FRAME_BYTES = 1_000_000;

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
  /** Of one that is sent again: the link's chain before it. */
  readonly before?: bigint;
}

/** Frames of a link between shards: numbered and chained (S4). */
export class LinkFraming implements Framing<LinkEntry> {
  readonly #author: FrameAuthor;
  readonly #acknowledged: (number: number, chain: bigint, appended: Appended) => void;
  /** Before the first entry that was never acknowledged, and behind the frame in flight. */
  #chain: bigint;
  #chainAfter = 0n;
  #isAgain = false;

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
    const { number, before } = entries[0] as LinkEntry;
    const chain = before ?? this.#chain;
    let size = 0;
    this.#isAgain = before !== undefined;
    this.#chainAfter = chain;
    for (const { bytes } of entries) {
      if (messages.length === FRAME_MESSAGES || (size > 0 && size + bytes.length > FRAME_BYTES)) break;
      messages.push(bytes);
      size += bytes.length;
      this.#chainAfter = nextChain(this.#chainAfter, bytes, digest);
    }
    const bytes = encodeFrame({ source, writer, firstNumber: BigInt(number), chain }, messages, digest);
    return { bytes, count: messages.length };
  }

  acknowledged(number: number, appended: Appended): void {
    // It was acknowledged before: the link went on from a later one.
    if (this.#isAgain) return;
    this.#chain = this.#chainAfter;
    this.#acknowledged(number, this.#chain, appended);
  }
}

/** A message of a sequenced output, encoded. */
export interface SequencedEntry extends OutboxEntry {
  readonly bytes: Uint8Array;
  /** The next one belongs to the same input, or slice of it: no frame ends here (S13). */
  readonly continues?: boolean;
}

/** How many of the first entries a frame takes: as many as fit, and at least what the first input made. */
function frameEnd(entries: readonly SequencedEntry[]): number {
  let end = 0;
  let size = 0;
  for (let index = 0; index < entries.length; index++) {
    const { bytes, continues } = entries[index] as SequencedEntry;
    size += bytes.length;
    if (end > 0 && (index >= FRAME_MESSAGES || size > FRAME_BYTES)) break;
    if (!continues) end = index + 1;
  }
  return end === 0 ? entries.length : end;
}

/** Frames of a shard's events, numbered by sequence without holes. */
export class EventFraming implements Framing<SequencedEntry> {
  readonly #author: FrameAuthor;
  readonly #acknowledged: Acknowledged;

  constructor(author: FrameAuthor, acknowledged: Acknowledged) {
    this.#author = author;
    this.#acknowledged = acknowledged;
  }

  frame(entries: readonly SequencedEntry[]): { bytes: Uint8Array; count: number } {
    const { source, writer, digest } = this.#author;
    const count = frameEnd(entries);
    const messages = entries.slice(0, count).map((entry) => entry.bytes);
    const firstNumber = BigInt((entries[0] as SequencedEntry).number);
    return { bytes: encodeFrame({ source, writer, firstNumber }, messages, digest), count };
  }

  acknowledged(number: number, appended: Appended): void {
    this.#acknowledged(number, appended);
  }
}

/** Frames of what the public sees of some events: `(after, through]` says which events a frame speaks for (S14). */
export class ReportFraming implements Framing<SequencedEntry> {
  readonly #author: FrameAuthor;
  readonly #acknowledged: Acknowledged;
  #after: number;

  constructor(author: FrameAuthor, after: number, acknowledged: Acknowledged) {
    this.#author = author;
    this.#after = after;
    this.#acknowledged = acknowledged;
  }

  frame(entries: readonly SequencedEntry[]): { bytes: Uint8Array; count: number } {
    const { source, writer, digest } = this.#author;
    const count = frameEnd(entries);
    const messages = entries.slice(0, count).map((entry) => entry.bytes);
    const firstNumber = BigInt((entries[0] as SequencedEntry).number);
    const through = BigInt((entries[count - 1] as SequencedEntry).number);
    const fields = { source, writer, firstNumber, after: BigInt(this.#after), through };
    return { bytes: encodeFrame(fields, messages, digest), count };
  }

  acknowledged(number: number, appended: Appended): void {
    this.#after = number;
    this.#acknowledged(number, appended);
  }
}
