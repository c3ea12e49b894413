import type { ProcessBeat, ShardLease } from "@atlas/gen/atlas/log/v1/lease_pb";
import type { Clock } from "../ports/clock.ts";
import type { LeaseTable } from "./lease-table.ts";

/** A process as it was last heard of. */
interface Heard {
  beat: ProcessBeat | undefined;
  version: number;
  /** Monotonic milliseconds of the last new beat, or since when it is waited for. */
  at: number;
}

/** Milliseconds between two looks beyond which the time between them does not count: nobody could tell its beat. */
const LOOKED_AWAY = 2_000;
/** What counts of it still: where every look is so slow, who is dead must be missed some time. */
const COUNTED = 500;
/** Milliseconds between two looks up to which a beat cannot have come and gone unseen for long. */
const STEADY = 750;

/**
 * The table of leases as this process sees it. Whether a process lives is judged by this process's own clock, and by beats that
 * it sees change, so that no two clocks are compared (F17).
 */
export class LeaseView {
  readonly #table: LeaseTable;
  readonly #clock: Clock;
  readonly #processes = new Map<string, Heard>();
  readonly #listeners = new Set<() => void>();
  #leases = new Map<string, { readonly lease: ShardLease; readonly version: number }>();
  /** By shard: who had its lease last, as far as this process saw. */
  readonly #served = new Map<string, string>();
  #looked: number | undefined;
  /** Since when no two looks have been further apart than `STEADY`. */
  #steadySince = 0;
  #looking: Promise<void> | undefined;

  constructor(table: LeaseTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** Reads the table; one question for all who ask at once. Rejects as the store does. */
  look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Called after every look that succeeded. The answer ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The process that has the lease of a shard, whether it lives or not; `undefined`: none. */
  holderOf(shard: string): string | undefined {
    return this.#leases.get(shard)?.lease.process || undefined;
  }

  /** Version of a shard's lease; 0: none stands. */
  versionOf(shard: string): number {
    return this.#leases.get(shard)?.version ?? 0;
  }

  /**
   * Who is asked for a shard: who has its lease or, of one that is free, who had it before and serves it on until another has it.
   * Whoever does not serve it any more says so.
   */
  ownerOf(shard: string): string | undefined {
    return this.holderOf(shard) ?? this.#served.get(shard);
  }

  /** Where a shard is asked now; `undefined`: nowhere. */
  addressOf(shard: string): string | undefined {
    const owner = this.ownerOf(shard);
    return owner === undefined ? undefined : this.#processes.get(owner)?.beat?.address || undefined;
  }

  /**
   * Milliseconds since a process's last beat was seen; Infinity: it has none and is not waited for. While the table cannot be
   * read nobody grows silent: what was seen last counts.
   */
  silenceOf(process: string): number {
    const heard = this.#processes.get(process);
    if (heard === undefined) return Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    return Math.min(now, (this.#looked ?? now) + LOOKED_AWAY) - heard.at;
  }

  /** The silence of a process that this one watched from look to look, without a gap and through the last of them. */
  watchedSilenceOf(process: string): number {
    const heard = this.#processes.get(process);
    if (heard === undefined || this.#looked === undefined) return 0;
    return Math.max(0, this.#looked - Math.max(heard.at, this.#steadySince));
  }

  /** The beats of the processes that were heard of within so many milliseconds, in the order of their names. */
  living(within: number): readonly ProcessBeat[] {
    const beats = [...this.#processes].flatMap(([process, { beat }]) =>
      beat !== undefined && this.silenceOf(process) < within ? [beat] : [],
    );
    return beats.sort((left, right) => (left.process < right.process ? -1 : 1));
  }

  /** Processes that have a row and were not heard of for so long. */
  silent(longerThan: number): readonly string[] {
    return [...this.#processes].flatMap(([process, { beat }]) =>
      beat !== undefined && this.silenceOf(process) > longerThan ? [process] : [],
    );
  }

  async #read(): Promise<void> {
    const { leases, processes } = await this.#table.readSound();
    const now = this.#clock.monotonic();
    const away = this.#looked === undefined ? 0 : now - this.#looked;
    if (this.#looked === undefined || away > STEADY) this.#steadySince = now;
    this.#looked = now;
    if (away > LOOKED_AWAY) {
      for (const heard of this.#processes.values()) heard.at = Math.min(now, heard.at + away - COUNTED);
    }
    this.#leases = new Map(leases.map(({ value, version }) => [value.shard, { lease: value, version }]));
    for (const { value } of leases) if (value.process !== "") this.#served.set(value.shard, value.process);
    const known = new Set<string>();
    for (const { value, version } of processes) {
      known.add(value.process);
      const heard = this.#processes.get(value.process);
      if (heard?.beat === undefined || heard.version !== version) {
        this.#processes.set(value.process, { beat: value, version, at: now });
      }
    }
    this.#awaitHolders(known, now);
    for (const listener of [...this.#listeners]) listener();
  }

  /** A holder without a row may be about to write it: it is waited for as if it had just been heard of. */
  #awaitHolders(known: ReadonlySet<string>, now: number): void {
    const holders = new Set([...this.#leases.values()].map(({ lease }) => lease.process));
    for (const [process, heard] of this.#processes) {
      if (known.has(process)) continue;
      if (!holders.has(process)) this.#processes.delete(process);
      else heard.beat = undefined;
    }
    for (const process of holders) {
      if (process !== "" && !this.#processes.has(process)) {
        this.#processes.set(process, { beat: undefined, version: 0, at: now });
      }
    }
  }
}
