/** The number of the last message to a destination. */
export interface OutgoingLink {
  readonly destination: string;
  readonly number: number;
}

/** The links that lead away from a shard: gapless numbers, made by `decide` (S4). */
export class OutgoingLinks {
  readonly #numbers = new Map<string, number>();

  /** Number of the last message; 0: there was none. */
  last(destination: string): number {
    return this.#numbers.get(destination) ?? 0;
  }

  /** A message left; also puts an image's link in place. */
  advance(destination: string, number: number): void {
    this.#numbers.set(destination, number);
  }

  /** By destination. */
  all(): OutgoingLink[] {
    // any order: sorted at once
    return [...this.#numbers]
      .map(([destination, number]) => ({ destination, number }))
      .sort((left, right) => (left.destination < right.destination ? -1 : 1));
  }
}
