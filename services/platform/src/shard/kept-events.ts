import { type Codec, decode } from "@atlas/gen/codec/codec";

/** Events in sequence, with the bytes of each. */
export interface DecidedEvents<Event> {
  readonly events: readonly Event[];
  readonly encoded: readonly Uint8Array[];
  /** Counts of events at which an input, or a slice of one, ends (S13). */
  readonly ends: readonly number[];
}

/** More than an owner leaves unsaid while it lives: a standby that would keep more is none. */
const MOST = 20_000;

/** What a hot standby has decided and its shard's owner may not have said yet, as bytes, through its last event (S21). */
export class KeptEvents<Event> {
  readonly #codec: Codec<Event>;
  readonly #most: number;
  #encoded: Uint8Array[] = [];
  /** Of each, whether an input, or a slice of one, ends with it. */
  #isEnd: boolean[] = [];
  /** Sequence before the first of them. */
  #before: number;

  /** `before`: everything through this sequence has been said. */
  constructor(codec: Codec<Event>, before: number, most: number = MOST) {
    this.#codec = codec;
    this.#before = before;
    this.#most = most;
  }

  /** The events behind those that are here; throws when they are more than may be kept. */
  add(encoded: readonly Uint8Array[], ends: readonly number[]): void {
    let next = 0;
    for (const [index, bytes] of encoded.entries()) {
      const isEnd = index + 1 === ends[next];
      if (isEnd) next++;
      this.#encoded.push(bytes);
      this.#isEnd.push(isEnd);
    }
    if (this.#encoded.length > this.#most) {
      throw new Error(`the shard's owner has not said ${this.#encoded.length} events: a standby keeps ${this.#most}`);
    }
  }

  /** The owner has said everything through this sequence. */
  dropThrough(sequence: number): void {
    const count = Math.min(this.#encoded.length, sequence - this.#before);
    if (count <= 0) return;
    this.#encoded = this.#encoded.slice(count);
    this.#isEnd = this.#isEnd.slice(count);
    this.#before += count;
  }

  /** Those above a sequence. Throws when some of them are no longer here. */
  above(sequence: number): DecidedEvents<Event> {
    if (sequence < this.#before) throw new Error(`events after ${sequence} were let go through ${this.#before}`);
    const from = sequence - this.#before;
    const encoded = this.#encoded.slice(from);
    const events = encoded.map((bytes) => decode(this.#codec, bytes));
    const ends = this.#isEnd.slice(from).flatMap((isEnd, index) => (isEnd ? [index + 1] : []));
    return { events, encoded, ends };
  }
}
