import type { InputOutcome } from "./input-shard.ts";

/** More messages than an owner leaves unsaid while it lives: a standby that would keep more is none. */
const MOST = 20_000;

interface Kept<Published> {
  readonly outcome: InputOutcome<Published>;
  /** Of the input's frame. */
  readonly offset: number;
}

/** What a hot standby of a shard without an event log has decided and its owner may not have said yet (S21). */
export class KeptOutcomes<Published> {
  readonly #most: number;
  #kept: Kept<Published>[] = [];
  #messages = 0;
  #hasLetGo = false;

  constructor(most: number = MOST) {
    this.#most = most;
  }

  /** Throws when there are more than may be kept. */
  add(outcome: InputOutcome<Published>, offset: number): void {
    const size = sizeOf(outcome);
    if (size === 0) return;
    this.#kept.push({ outcome, offset });
    this.#messages += size;
    if (this.#messages > this.#most) {
      throw new Error(`the shard's owner has not said ${this.#messages} messages: a standby keeps ${this.#most}`);
    }
  }

  /** Not all that was decided is kept any more: what is left goes on from what its owner has said. */
  get hasLetGo(): boolean {
    return this.#hasLetGo;
  }

  /** The owner has said the first of them. */
  dropWhile(hasLeft: (outcome: InputOutcome<Published>) => boolean): void {
    const rest = this.#kept.findIndex(({ outcome }) => !hasLeft(outcome));
    const left = rest < 0 ? this.#kept : this.#kept.slice(0, rest);
    for (const { outcome } of left) this.#messages -= sizeOf(outcome);
    if (left.length > 0) this.#hasLetGo = true;
    this.#kept = rest < 0 ? [] : this.#kept.slice(rest);
  }

  /** In the order of the inputs. */
  [Symbol.iterator](): Iterator<Kept<Published>> {
    return this.#kept[Symbol.iterator]();
  }
}

function sizeOf({ messages, published }: InputOutcome<unknown>): number {
  return messages.length + published.length;
}
