import { systemDigest } from "@atlas/adapters/system/system-digest";

const digest = systemDigest();

const FIRST_SLOTS = 1_024;
/** A slot is the two halves of a fingerprint; both 0: it is empty. */
const HALVES = 2;

/**
 * Which keys there were, for as many as a log may name: a Set refuses its 16,777,217th, and its strings would not fit the heap. Of each a
 * fingerprint of 64 bits is kept outside of it; that two of a hundred million keys share theirs is as likely as 1 in 3,700.
 */
export class KeySet {
  #slots = new Uint32Array(FIRST_SLOTS * HALVES);
  #size = 0;

  has(key: string): boolean {
    const [high, low] = fingerprint(key);
    return this.#slots[this.#find(high, low)] !== 0;
  }

  /** Answers whether it is new. */
  add(key: string): boolean {
    const [high, low] = fingerprint(key);
    const at = this.#find(high, low);
    if (this.#slots[at] !== 0) return false;
    this.#put(at, high, low);
    this.#size++;
    if (this.#size * 3 > this.#slots.length) this.#grow();
    return true;
  }

  /** Where it stands, or would: the next slot that is empty. */
  #find(high: number, low: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = (low * HALVES) & mask;
    while (slots[at] !== 0 && (slots[at] !== high || slots[at + 1] !== low)) at = (at + HALVES) & mask;
    return at;
  }

  #put(at: number, high: number, low: number): void {
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
  }

  /** Two thirds are taken: from here on searches would become long. */
  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += HALVES) {
      const high = before[at] as number;
      const low = before[at + 1] as number;
      if (high !== 0) this.#put(this.#find(high, low), high, low);
    }
  }
}

/** The first half is never 0. */
function fingerprint(key: string): [high: number, low: number] {
  const view = new DataView(digest.sha256(key).buffer);
  return [view.getUint32(0) || 1, view.getUint32(4)];
}
