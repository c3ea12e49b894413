import type { Candle } from "@atlas/gen/atlas/market/v1/market_pb";

/** What is held at most: a day of seconds would fill a tab. */
const MOST = 6_000;
/** What stays when there were too many. */
const KEPT = 5_000;

/** Where a candle starts, in seconds since the epoch. */
export function startOf({ startTime }: Candle): number {
  return Number(startTime?.seconds ?? 0n);
}

/** Candles of one interval, oldest first, and which of them changed since they were last drawn. */
export class CandleList {
  #all: Candle[] = [];
  #changedFrom: number | undefined;

  get all(): readonly Candle[] {
    return this.#all;
  }

  /** Index of the first that changed since this was last asked; `undefined`: none did. */
  takeChanged(): number | undefined {
    const from = this.#changedFrom;
    this.#changedFrom = undefined;
    return from;
  }

  /** The newest candles. Older ones held stay if nothing can lie between: complete candles never change. */
  replace(newest: readonly Candle[]): void {
    const [first] = newest;
    const last = this.#all.at(-1);
    const meets = first !== undefined && last !== undefined && startOf(first) <= startOf(last);
    const older = meets ? this.#all.filter((candle) => startOf(candle) < startOf(first)) : [];
    this.#all = [...older, ...newest];
    this.#changedFrom = 0;
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
    if (this.#all.length <= MOST) return;
    this.#all = this.#all.slice(-KEPT);
    this.#change(0);
  }

  /** A page of older ones, oldest first. */
  prepend(older: readonly Candle[]): void {
    const [first] = this.#all;
    const added = first === undefined ? older : older.filter((candle) => startOf(candle) < startOf(first));
    if (added.length === 0) return;
    this.#all = [...added, ...this.#all];
    this.#change(0);
  }

  #change(index: number): void {
    this.#changedFrom = Math.min(index, this.#changedFrom ?? index);
  }
}
