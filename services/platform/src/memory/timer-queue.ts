/** What is to run at a time. */
interface Timer {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
  isCancelled: boolean;
}

/** Timers by (time, order set): a binary heap, so that a world of many thousands still moves. */
export class TimerQueue {
  readonly #heap: Timer[] = [];
  #order = 0;

  /** The answer cancels it. */
  add(at: number, action: () => void): () => void {
    const timer = { at, order: this.#order++, action, isCancelled: false };
    this.#rise(timer);
    return () => {
      timer.isCancelled = true;
    };
  }

  /** When the first one is due; `undefined` when there is none. */
  next(): number | undefined {
    while (this.#heap[0]?.isCancelled) this.#takeFirst();
    return this.#heap[0]?.at;
  }

  /** Takes out the first one that is due at or before `until`. */
  take(until: number): Timer | undefined {
    const next = this.next();
    return next === undefined || next > until ? undefined : this.#takeFirst();
  }

  #rise(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Timer;
      if (!isBefore(timer, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = timer;
  }

  #takeFirst(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || last === first) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = heap[left + 1];
      const below = right !== undefined && isBefore(right, heap[left] as Timer) ? left + 1 : left;
      const child = heap[below];
      if (child === undefined || !isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
