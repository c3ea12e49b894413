import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import { hashOf, RequestKey } from "./request-key.ts";
import { RequestSlab, SLAB_IDS } from "./request-slab.ts";
import { NOWHERE, RequestTable } from "./request-table.ts";

/** Ids are remembered for so many milliseconds of log time ... */
const REMEMBERED_FOR = 300_000;
/** ... and at most so many of them. */
const MAX_IDS = 400_000;
/** The table keeps numbers modulo this: far more than are remembered at a time. */
const TABLE_NUMBERS = 2_147_483_648;

/**
 * The request ids that a shard has settled lately (S18). Each gets the next number, from 0; ids from `first` up to `next` are
 * remembered. Nothing but `remember` forgets.
 */
export class RequestMemory {
  readonly #maximum: number;
  readonly #table = new RequestTable();
  readonly #key = new RequestKey();
  /** By number / SLAB_IDS, from that of `first` on. */
  readonly #slabs = new Map<number, RequestSlab>();
  #first = 0;
  #next = 0;
  #forgottenUntil = 0;

  /** `maximum`: how many are remembered at most. */
  constructor(maximum = MAX_IDS) {
    this.#maximum = maximum;
  }

  /** One that remembers nothing, and at most as many. */
  blank(): RequestMemory {
    return new RequestMemory(this.#maximum);
  }

  /** Number of the oldest id that is remembered. */
  get first(): number {
    return this.#first;
  }

  /** Number of the id that is remembered next. */
  get next(): number {
    return this.#next;
  }

  /** H: ids settled after this log time are all remembered; 0: every id is. */
  get forgottenUntil(): number {
    return this.#forgottenUntil;
  }

  /** The id's number, or -1 if it is not remembered. */
  find(accountId: string, requestId: string): number {
    this.#key.set(accountId, requestId);
    const { bytes, length, hash } = this.#key;
    for (let place = this.#table.start(hash); ; place = this.#table.next(place)) {
      const kept = this.#table.number(place);
      if (kept === NOWHERE) return NOWHERE;
      const number = this.#numberOf(kept);
      if (this.#table.hash(place) === hash && this.#slabOf(number).hasKey(number % SLAB_IDS, bytes, length))
        return number;
    }
  }

  /** Whether the id of a number was used with content of this digest. */
  hasContent(number: number, digest: Uint8Array): boolean {
    return this.#slabOf(number).hasDigest(number % SLAB_IDS, digest);
  }

  /** Remembers an id that was settled at a log time, as number `next`, and forgets what is too old or too many. */
  remember(accountId: string, requestId: string, digest: Uint8Array, logTime: number): void {
    this.record(this.#next, accountId, requestId, digest, logTime, 0);
    this.count(logTime);
  }

  /**
   * Half of `remember`, for slabs restored from an image: puts an id under its number, if it is not there already. One that is forgotten
   * by now goes into its slab as long as there is that: a slab is what it ever held. `sequence` is that of the event which settled it.
   */
  record(
    number: number,
    accountId: string,
    requestId: string,
    digest: Uint8Array,
    logTime: number,
    sequence: number,
  ): void {
    if (slabNumber(number) < slabNumber(this.#first)) return;
    const slab = this.#slabFor(number);
    const place = number % SLAB_IDS;
    if (slab.has(place)) return;
    this.#key.set(accountId, requestId);
    slab.put(place, this.#key.bytes, this.#key.length, digest, logTime);
    slab.changedAt = sequence;
    if (number >= this.#first) this.#table.add(this.#key.hash, number % TABLE_NUMBERS);
  }

  /** The other half: an id more is known, settled at a log time; forgets what is too old or too many. */
  count(logTime: number): void {
    this.#next++;
    while (this.#next - this.#first > this.#maximum) this.#forgetOldest();
    while (this.#first < this.#next && this.#timeOf(this.#first) < logTime - REMEMBERED_FOR) this.#forgetOldest();
  }

  /** Numbers of the slabs that hold what is remembered, ascending. */
  slabNumbers(): number[] {
    const numbers: number[] = [];
    if (this.#first === this.#next) return numbers;
    const last = slabNumber(this.#next - 1);
    for (let number = slabNumber(this.#first); number <= last; number++) numbers.push(number);
    return numbers;
  }

  slab(number: number): RequestSlab | undefined {
    return this.#slabs.get(number);
  }

  /** Puts an image's bounds in place; slabs may have come before or come after. */
  restore(first: number, next: number, forgottenUntil: number): void {
    // any order: each slab is looked at for itself
    for (const slab of [...this.#slabs.values()]) {
      const end = Math.min(first, slab.first + SLAB_IDS);
      for (let number = slab.first; number < end; number++) this.#drop(number);
    }
    this.#first = first;
    this.#next = next;
    this.#forgottenUntil = forgottenUntil;
  }

  /** Puts an id of an image's slab in place, by its key's bytes. */
  restoreId(number: number, key: Uint8Array, digest: Uint8Array, logTime: number, sequence: number): void {
    const slab = this.#slabFor(number);
    slab.changedAt = sequence;
    slab.put(number % SLAB_IDS, key, key.length, digest, logTime);
    if (number >= this.#first) this.#table.add(hashOf(key, 0, key.length), number % TABLE_NUMBERS);
  }

  #forgetOldest(): void {
    const number = this.#first;
    const time = this.#timeOf(number);
    if (time > this.#forgottenUntil) this.#forgottenUntil = time;
    this.#drop(number);
    this.#first = number + 1;
  }

  /** Takes an id out of the table, and a slab away with its last one. */
  #drop(number: number): void {
    const slab = this.#slabs.get(slabNumber(number));
    const place = number % SLAB_IDS;
    if (slab?.has(place)) {
      const key = slab.key(place);
      this.#table.remove(hashOf(key, 0, key.length), number % TABLE_NUMBERS);
    }
    if (place === SLAB_IDS - 1) this.#slabs.delete(slabNumber(number));
  }

  /** Every number in the table is at or above `first`. */
  #numberOf(kept: number): number {
    return this.#first + ((kept - (this.#first % TABLE_NUMBERS) + TABLE_NUMBERS) % TABLE_NUMBERS);
  }

  #timeOf(number: number): number {
    return this.#slabOf(number).time(number % SLAB_IDS);
  }

  #slabOf(number: number): RequestSlab {
    const slab = this.#slabs.get(slabNumber(number));
    if (slab === undefined) throw new BrokenInvariant(`request ${number} is not remembered`);
    return slab;
  }

  #slabFor(number: number): RequestSlab {
    const slab = this.#slabs.get(slabNumber(number));
    if (slab !== undefined) return slab;
    const created = new RequestSlab(slabNumber(number) * SLAB_IDS);
    this.#slabs.set(slabNumber(number), created);
    return created;
  }
}

/** The slab that a number is in. */
function slabNumber(number: number): number {
  return Math.floor(number / SLAB_IDS);
}
