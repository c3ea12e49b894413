import type { Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { type Units, unitsOf } from "./units.ts";

/** One side of a book, best level first. Levels are messages of the log and are never changed, only replaced. */
export class BookSide {
  readonly #highestFirst: boolean;
  #prices: Units[] = [];
  #levels: Level[] = [];

  constructor(highestFirst: boolean) {
    this.#highestFirst = highestFirst;
  }

  get best(): Level | undefined {
    return this.#levels[0];
  }

  get size(): number {
    return this.#levels.length;
  }

  /** At most `depth` levels, best first: a copy. */
  top(depth: number): Level[] {
    return this.#levels.slice(0, depth);
  }

  /** Puts all levels in place of what is there. */
  load(levels: readonly Level[]): void {
    this.#prices = [];
    this.#levels = [];
    for (const level of levels) this.set(level);
  }

  /** Replaces what is known of the level's price; a quantity of `0` takes the level away. */
  set(level: Level): void {
    const price = unitsOf(level.price);
    const index = this.#indexOf(price);
    const known = this.#prices[index] === price;
    if (level.quantity === "0") {
      if (!known) return;
      this.#prices.splice(index, 1);
      this.#levels.splice(index, 1);
    } else if (known) {
      this.#levels[index] = level;
    } else {
      this.#prices.splice(index, 0, price);
      this.#levels.splice(index, 0, level);
    }
  }

  /** Where the price stands or would stand. */
  #indexOf(price: Units): number {
    let low = 0;
    let high = this.#prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#prices[middle] as Units;
      if (this.#highestFirst ? there > price : there < price) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
