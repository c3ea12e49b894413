const PREFIX = 5;
const NOTHING = new Uint8Array(0);

/** A message in a buffer: from `start` up to `end`; `flags` as the protocol has them. */
export interface Enveloped {
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** An envelope announces more bytes than are taken. */
export class TooLargeError extends Error {
  override name = "TooLargeError";
}

/** Cuts a stream of bytes, however it arrives, into enveloped messages. Copies only what straddles two chunks. */
export class EnvelopeReader {
  readonly #limit: number;
  #bytes: Uint8Array = NOTHING;
  #pos = 0;

  /** `limit`: bytes of one message. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes taken and not yet answered as messages. */
  get pending(): number {
    return this.#bytes.length - this.#pos;
  }

  /** Takes bytes; they must not change until they were answered. */
  take(chunk: Uint8Array): void {
    const rest = this.pending;
    // A plain view: the codecs are fast for one kind of array.
    const view = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    if (rest === 0) {
      this.#bytes = view;
    } else {
      const joined = new Uint8Array(rest + view.length);
      joined.set(this.#bytes.subarray(this.#pos));
      joined.set(view, rest);
      this.#bytes = joined;
    }
    this.#pos = 0;
  }

  /** The next whole message; `undefined`: more bytes are needed. Throws `TooLargeError`. */
  next(): Enveloped | undefined {
    const { pending } = this;
    if (pending < PREFIX) return this.#wait(pending);
    const bytes = this.#bytes;
    const at = this.#pos;
    const length = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
    if (length > this.#limit) throw new TooLargeError(`a message has at most ${this.#limit} bytes, not ${length}`);
    if (pending < PREFIX + length) return undefined;
    const start = at + PREFIX;
    this.#pos = start + length;
    return { flags: bytes[at] as number, bytes, start, end: this.#pos };
  }

  #wait(pending: number): undefined {
    if (pending === 0) {
      this.#bytes = NOTHING;
      this.#pos = 0;
    }
    return undefined;
  }
}
