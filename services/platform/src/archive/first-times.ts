import type { Digest } from "../ports/digest.ts";
import type { LogRecord } from "../ports/log.ts";
import { frameTime } from "../wire/codec/copied-frame.ts";
import { openFrame } from "../wire/codec/frame.ts";

/**
 * When the records of a partition were appended; copies, when their originals were (S1). Asked in order of offsets. A move fills a
 * partition from its first offset on and ends before anything else is appended: behind a frame that is no copy there is none.
 */
export class FirstTimes {
  readonly #digest: Digest;
  #isBehindCopies = false;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  /** Whether all that follows was first said here. */
  get isBehindCopies(): boolean {
    return this.#isBehindCopies;
  }

  of(record: LogRecord): number {
    if (this.#isBehindCopies) return record.appendTime;
    try {
      const { header } = openFrame(record.bytes, this.#digest);
      this.#isBehindCopies = header.original === undefined;
      return frameTime(header, record);
    } catch {
      // What is no frame does not say whether it is a copy.
      return record.appendTime;
    }
  }
}
