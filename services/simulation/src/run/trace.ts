import type { Digest } from "@atlas/platform/ports/digest";
import { base64url } from "@atlas/platform/text/base64url";

/** Lines that are told of what came last. */
const RECENT = 40;
/** Characters that are hashed at a time. */
const HASHED = 10_000;

/** What happened, line by line: the last of it as it was, and all of it as one hash, so that two runs of a seed can be compared. */
export class Trace {
  /** What came last, oldest first. */
  readonly recent: string[] = [];
  readonly #digest: Digest;
  #hash = "";
  /** Happened since. */
  #unhashed = "";

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  note(line: string): void {
    this.#unhashed += ` ${line}`;
    if (this.#unhashed.length > HASHED) this.hash();
    if (this.recent.push(line) > RECENT) this.recent.shift();
  }

  /** Of everything that happened until now. */
  hash(): string {
    this.#hash = base64url(this.#digest.sha256(`${this.#hash}${this.#unhashed}`));
    this.#unhashed = "";
    return this.#hash;
  }
}
