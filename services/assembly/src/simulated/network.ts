/**
 * The ways between processes, and from each to the log and the store and back. Each can be clogged in one direction (F15): what is
 * sent waits, in order, until it is cleared.
 */
export class Network {
  readonly #clogged = new Map<string, (() => void)[]>();

  /** Sends: at once, or when the way is cleared. */
  carry(from: string, to: string, action: () => void): void {
    const waiting = this.#clogged.size === 0 ? undefined : this.#clogged.get(way(from, to));
    if (waiting === undefined) action();
    else waiting.push(action);
  }

  clog(from: string, to: string): void {
    if (!this.#clogged.has(way(from, to))) this.#clogged.set(way(from, to), []);
  }

  clear(from: string, to: string): void {
    const waiting = this.#clogged.get(way(from, to)) ?? [];
    this.#clogged.delete(way(from, to));
    for (const action of waiting) action();
  }

  heal(): void {
    const all = [...this.#clogged.values()];
    this.#clogged.clear();
    for (const action of all.flat()) action();
  }
}

function way(from: string, to: string): string {
  return `${from} > ${to}`;
}
