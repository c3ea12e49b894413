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

/**
 * Cuts a stream of bytes, however it arrives, into enveloped messages. Copies only what straddles two chunks, and each byte of it
 * a few times at most, however small the chunks are.
 */
export class EnvelopeReader {
  readonly #limit: number;
  /** A chunk as it came, or what several brought: then there may be room for more behind the end. */
  #bytes: Uint8Array = NOTHING;
  #pos = 0;
  #end = 0;

  /** `limit`: bytes of one message. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes taken and not yet answered as messages. */
  get pending(): number {
    return this.#end - this.#pos;
  }

  /** Takes bytes; they must not change until they were answered. */
  take(chunk: Uint8Array): void {
    if (this.pending === 0) {
      // A plain view: the codecs are fast for one kind of array.
      this.#bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
      this.#pos = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#bytes.length - this.#end < chunk.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole message; `undefined`: more bytes are needed. Throws `TooLargeError`. */
  next(): Enveloped | undefined {
    const { pending } = this;
    if (pending < PREFIX) return this.#wait(pending);
    const length = this.#announced();
    if (length > this.#limit) throw new TooLargeError(`a message has at most ${this.#limit} bytes, not ${length}`);
    if (pending < PREFIX + length) return undefined;
    const bytes = this.#bytes;
    const start = this.#pos + PREFIX;
    const flags = bytes[this.#pos] as number;
    this.#pos = start + length;
    return { flags, bytes, start, end: this.#pos };
  }

  /** Bytes of the message whose prefix is there. */
  #announced(): number {
    const bytes = this.#bytes;
    const at = this.#pos;
    return ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
  }

  /**
   * For so many bytes more and, if their message is not whole with them, for as many again: no byte is copied often, and no room is
   * made because of a mere announcement. What was answered stays where it is.
   */
  #makeRoom(more: number): void {
    const { pending } = this;
    const needed = pending + more;
    const whole = pending < PREFIX ? 0 : PREFIX + this.#announced();
    const joined = new Uint8Array(Math.max(needed, Math.min(2 * needed, whole)));
    joined.set(this.#bytes.subarray(this.#pos, this.#end));
    this.#bytes = joined;
    this.#pos = 0;
    this.#end = pending;
  }

  #wait(pending: number): undefined {
    if (pending === 0) {
      this.#bytes = NOTHING;
      this.#pos = 0;
      this.#end = 0;
    }
    return undefined;
  }
}
