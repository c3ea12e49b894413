import type { Candle } from "@atlas/gen/atlas/market/v1/market_pb";

/** What is held at most, beside what somebody looked back at: a day of seconds would fill a tab. */
const MOST = 6_000;
/** Of what somebody looked back at, so many stay at most. */
const LOOKED_BACK = 20_000;
/** So many go when there were too many. */
const SPARE = 1_000;

/** Where a candle starts, in seconds since the epoch. */
export function startOf({ startTime }: Candle): number {
  return Number(startTime?.seconds ?? 0n);
}

/** Candles of one interval, oldest first, and which of them changed since they were last drawn. */
export class CandleList {
  #all: Candle[] = [];
  #changedFrom: number | undefined;
  /** Read page by page: who looks at those is not to lose them. */
  #paged = 0;

  get all(): readonly Candle[] {
    return this.#all;
  }

  /** Index of the first that changed since this was last asked; `undefined`: none did. */
  takeChanged(): number | undefined {
    const from = this.#changedFrom;
    this.#changedFrom = undefined;
    return from;
  }

  /**
   * The newest candles. Older ones held stay if nothing can lie between: complete candles never change. If something can, they
   * are given back: see `closeGap`.
   */
  replace(newest: readonly Candle[]): readonly Candle[] {
    const [first] = newest;
    const last = this.#all.at(-1);
    const meets = first !== undefined && last !== undefined && startOf(first) <= startOf(last);
    const before = this.#all;
    const older = meets ? before.filter((candle) => startOf(candle) < startOf(first)) : [];
    this.#all = [...older, ...newest];
    if (!meets) this.#paged = 0;
    this.#changedFrom = 0;
    return meets ? [] : before;
  }

  /** Replaces the candle of its start. */
  put(candle: Candle): void {
    let index = this.#all.length;
    while (index > 0 && startOf(this.#all[index - 1] as Candle) > startOf(candle)) index -= 1;
    const before = this.#all[index - 1];
    if (before !== undefined && startOf(before) === startOf(candle)) {
      // Two ways lead here, the stream and the pages: the one that knows more trades is right.
      if (before.sequence > candle.sequence) return;
      index -= 1;
      this.#all[index] = candle;
    } else this.#all.splice(index, 0, candle);
    this.#change(index);
    if (this.#all.length <= MOST + this.#paged) return;
    this.#all = this.#all.slice(SPARE);
    this.#change(0);
  }

  /** A page of older ones, oldest first. */
  prepend(older: readonly Candle[]): void {
    const [first] = this.#all;
    const added = first === undefined ? older : older.filter((candle) => startOf(candle) < startOf(first));
    if (added.length === 0) return;
    this.#all = [...added, ...this.#all];
    this.#paged = Math.min(this.#paged + added.length, LOOKED_BACK);
    this.#change(0);
  }

  #change(index: number): void {
    this.#changedFrom = Math.min(index, this.#changedFrom ?? index);
  }
}

/**
 * Reads back from the newest candles until they meet those that a snapshot left apart, which then stand before them again.
 * Gives up where there is nothing to read, and where the gap is longer than what is held.
 */
export async function closeGap(
  list: CandleList,
  apart: readonly Candle[],
  readOlder: () => Promise<void>,
): Promise<void> {
  const last = apart.at(-1);
  for (let [first] = list.all; first !== undefined && last !== undefined && list.all.length < MOST; ) {
    if (startOf(first) <= startOf(last)) {
      list.prepend(apart);
      return;
    }
    await readOlder();
    const [reached] = list.all;
    if (reached === undefined || startOf(reached) >= startOf(first)) return;
    first = reached;
  }
}
