import type { Notice } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** Notices kept for who comes later. */
const KEPT = 100;

export interface PostedNotice {
  /** Of the control event that it tells of. */
  readonly sequence: number;
  readonly notice: Notice;
}

/** What everybody is told: the newest notices, and who waits for the next. */
export class NoticeBoard {
  readonly #listeners = new Set<(posted: PostedNotice) => void>();
  #posted: PostedNotice[] = [];
  /** Nothing up to here is missing from the board but what it has dropped. */
  #sequence = 0;
  #dropped = 0;

  /** Newest last. */
  get posted(): readonly PostedNotice[] {
    return this.#posted;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Everything above this sequence is here. */
  get since(): number {
    return this.#dropped;
  }

  /** Control is followed from this sequence on. */
  begin(sequence: number): void {
    this.#sequence = sequence;
    this.#dropped = Math.max(this.#dropped, sequence);
  }

  post(sequence: number, message: string, occurredAt: Timestamp | undefined): void {
    const notice: Notice = { $typeName: "atlas.stream.v1.Notice", message, occurredAt };
    this.#sequence = sequence;
    this.#posted.push({ sequence, notice });
    if (this.#posted.length > KEPT) this.#dropped = this.#posted.shift()?.sequence ?? this.#dropped;
    for (const listener of [...this.#listeners]) listener({ sequence, notice });
  }

  listen(listener: (posted: PostedNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
