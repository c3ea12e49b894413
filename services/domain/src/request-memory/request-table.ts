/** No id. */
export const NOWHERE = -1;
const FIRST_CAPACITY = 1_024;

/**
 * Finds numbers by hash: open addressing with linear probing in typed arrays. Numbers are below 2^31. What a hash
 * stands for, only the caller can tell.
 */
export class RequestTable {
  #numbers = new Int32Array(FIRST_CAPACITY).fill(NOWHERE);
  #hashes = new Int32Array(FIRST_CAPACITY);
  #count = 0;

  /** The first place to look for a hash. */
  start(hash: number): number {
    return hash & (this.#numbers.length - 1);
  }

  next(place: number): number {
    return (place + 1) & (this.#numbers.length - 1);
  }

  /** What stands in a place, or NOWHERE: then nothing of the hash follows. */
  number(place: number): number {
    return this.#numbers[place] as number;
  }

  hash(place: number): number {
    return this.#hashes[place] as number;
  }

  add(hash: number, number: number): void {
    if (2 * (this.#count + 1) > this.#numbers.length) this.#grow();
    this.#insert(hash, number);
    this.#count++;
  }

  /** Takes a number out; `false`: it was not in. */
  remove(hash: number, number: number): boolean {
    let place = this.start(hash);
    while (this.#numbers[place] !== number) {
      if (this.#numbers[place] === NOWHERE) return false;
      place = this.next(place);
    }
    this.#close(place);
    this.#count--;
    return true;
  }

  #insert(hash: number, number: number): void {
    let place = this.start(hash);
    while (this.#numbers[place] !== NOWHERE) place = this.next(place);
    this.#numbers[place] = number;
    this.#hashes[place] = hash;
  }

  /** Empties a place and moves back what would not be found across the hole. */
  #close(hole: number): void {
    let empty = hole;
    for (let place = this.next(empty); this.#numbers[place] !== NOWHERE; place = this.next(place)) {
      const home = this.start(this.#hashes[place] as number);
      const mask = this.#numbers.length - 1;
      if (((place - home) & mask) < ((place - empty) & mask)) continue;
      this.#numbers[empty] = this.#numbers[place] as number;
      this.#hashes[empty] = this.#hashes[place] as number;
      empty = place;
    }
    this.#numbers[empty] = NOWHERE;
  }

  #grow(): void {
    const numbers = this.#numbers;
    const hashes = this.#hashes;
    this.#numbers = new Int32Array(numbers.length * 2).fill(NOWHERE);
    this.#hashes = new Int32Array(numbers.length * 2);
    for (let place = 0; place < numbers.length; place++) {
      if (numbers[place] !== NOWHERE) this.#insert(hashes[place] as number, numbers[place] as number);
    }
  }
}
