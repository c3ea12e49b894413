import type { Logged } from "./log-reading.ts";
import type { Violations } from "./violations.ts";

/** A topic whose messages are numbered by partition: none is missing (I19), and what comes again is the same bytes (I20). */
export class SequenceModel<M> {
  /** As a reader sees it that drops repeats (S15): by partition, each number once. */
  readonly partitions = new Map<number, Logged<M>[]>();
  readonly #what: string;
  readonly #violations: Violations;

  /** `what`: one of its messages, in words. */
  constructor(what: string, violations: Violations) {
    this.#what = what;
    this.#violations = violations;
  }

  /** Whether it is the next of its partition. */
  take(one: Logged<M>): boolean {
    const { partition, number, writer } = one;
    const known = this.partitions.get(partition) ?? [];
    this.partitions.set(partition, known);
    const name = () => `${this.#what} ${number} of ${partition}, written by ${writer},`;
    const standing = known[number - 1];
    if (standing !== undefined) {
      const isSame = sameBytes(standing.bytes, one.bytes);
      this.#violations.check("I20", isSame, () => `${name()} is another than the one that stands`);
      return false;
    }
    const isNext = number === known.length + 1;
    this.#violations.check("I19", isNext, () => `${name()} comes after ${known.length}`);
    if (isNext) known.push(one);
    return isNext;
  }
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
