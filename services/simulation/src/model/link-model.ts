import type { Logged } from "./log-reading.ts";
import { sameBytes } from "./sequence-model.ts";
import type { Violations } from "./violations.ts";

/** Links between shards on one topic: what comes again under the same number is the same bytes (I20). */
export class LinkModel {
  readonly #violations: Violations;
  /** By partition, source and number: what came first, and from whom. */
  readonly #first = new Map<string, { readonly bytes: Uint8Array; readonly writer: string }>();
  /** By partition and source: the last number that a receiver lets pass. */
  readonly #last = new Map<string, number>();

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Whether a receiver lets it pass: each link's numbers once, without a hole. `number`: absent: as it stands on its link. */
  take({ partition, source, writer, bytes, ...one }: Logged<unknown>, number = one.number): boolean {
    // A tick, and whatever a gateway sends, stands under no number of a link.
    if (number === 0 || !source.includes("/")) return false;
    const link = `${partition} ${source}`;
    const key = `${link} ${number}`;
    const before = this.#first.get(key);
    if (before === undefined) this.#first.set(key, { bytes, writer });
    else {
      const differ = () => `${key}: ${before.writer} and ${writer} differ`;
      this.#violations.check("I20", sameBytes(before.bytes, bytes), differ);
    }
    if (number !== (this.#last.get(link) ?? 0) + 1) return false;
    this.#last.set(link, number);
    return true;
  }
}
