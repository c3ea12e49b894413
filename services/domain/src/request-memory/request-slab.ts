/** Ids in a slab: an image writes only slabs that changed. */
export const SLAB_IDS = 4_096;
/** Bytes of a content's digest that are kept. */
export const DIGEST_BYTES = 16;
const FIRST_BYTES = 4_096;

/** A run of remembered ids, in typed arrays. A place is the number of an id within the slab. */
export class RequestSlab {
  /** Number of its first id. */
  readonly first: number;
  /** Sequence of the event that settled its last id. */
  changedAt = 0;
  #keys = new Uint8Array(FIRST_BYTES);
  #used = 0;
  readonly #starts = new Uint32Array(SLAB_IDS);
  /** 0: not known. */
  readonly #lengths = new Uint16Array(SLAB_IDS);
  readonly #digests = new Uint8Array(SLAB_IDS * DIGEST_BYTES);
  readonly #times = new Float64Array(SLAB_IDS);

  constructor(first: number) {
    this.first = first;
  }

  has(place: number): boolean {
    return (this.#lengths[place] as number) > 0;
  }

  put(place: number, key: Uint8Array, keyLength: number, digest: Uint8Array, logTime: number): void {
    while (this.#used + keyLength > this.#keys.length) this.#grow();
    this.#keys.set(key.subarray(0, keyLength), this.#used);
    this.#starts[place] = this.#used;
    this.#lengths[place] = keyLength;
    this.#used += keyLength;
    const length = Math.min(digest.length, DIGEST_BYTES);
    for (let index = 0; index < length; index++) {
      this.#digests[place * DIGEST_BYTES + index] = digest[index] as number;
    }
    this.#times[place] = logTime;
  }

  hasKey(place: number, key: Uint8Array, keyLength: number): boolean {
    if (this.#lengths[place] !== keyLength) return false;
    const start = this.#starts[place] as number;
    for (let index = 0; index < keyLength; index++) {
      if (this.#keys[start + index] !== key[index]) return false;
    }
    return true;
  }

  /** Compares the first 16 bytes; what is missing counts as zero. */
  hasDigest(place: number, digest: Uint8Array): boolean {
    for (let index = 0; index < DIGEST_BYTES; index++) {
      if (this.#digests[place * DIGEST_BYTES + index] !== (digest[index] ?? 0)) return false;
    }
    return true;
  }

  time(place: number): number {
    return this.#times[place] as number;
  }

  /** A view. */
  key(place: number): Uint8Array {
    const start = this.#starts[place] as number;
    return this.#keys.subarray(start, start + (this.#lengths[place] as number));
  }

  /** A view. */
  digest(place: number): Uint8Array {
    return this.#digests.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#keys.length * 2);
    larger.set(this.#keys);
    this.#keys = larger;
  }
}
