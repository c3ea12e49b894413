import type { Clock } from "../ports/clock.ts";
import { TimerQueue } from "./timer-queue.ts";

/** A clock that stands until it is moved. Timers fire in (time, order set) order, each at its exact time. */
export interface ManualClock extends Clock {
  /** Runs everything due within the next `milliseconds`, and what that sets off, then stands at that time. */
  advance(milliseconds: number): Promise<void>;
  /** Lets everything run that waits for no timer. */
  settle(): Promise<void>;
  /** Makes wall time jump, forwards or back; timers and `monotonic` do not notice (F17). */
  shiftWall(milliseconds: number): void;
  /** Milliseconds until the next timer; `undefined` when there is none. */
  untilNext(): number | undefined;
}

export interface ManualClockOptions {
  /** Wall time at the start, milliseconds since the epoch. */
  readonly start?: number;
  /**
   * Resolves when what was ready to run has run. The default waits through 50 rounds of promise jobs; where real
   * threads or sockets take part, give one that waits for these too.
   */
  readonly turn?: () => Promise<void>;
}

export function manualClock(options: ManualClockOptions = {}): ManualClock {
  const turn = options.turn ?? promiseJobs;
  const timers = new TimerQueue();
  let wallOffset = options.start ?? 1_700_000_000_000;
  let monotonic = 0;
  let soon: (() => void)[] = [];

  function set(milliseconds: number, action: () => void): () => void {
    return timers.add(monotonic + Math.max(0, milliseconds), action);
  }

  async function runSoon(): Promise<void> {
    // A few promise jobs first, so that what one turn of a service hands over is gathered before any of it runs.
    for (let round = 0; round < 4; round += 1) await undefined;
    const actions = soon;
    soon = [];
    for (const action of actions) action();
  }

  return {
    now: () => wallOffset + monotonic,
    monotonic: () => monotonic,
    after: set,
    soon(action) {
      if (soon.push(action) === 1) void runSoon();
    },
    async advance(milliseconds) {
      const until = monotonic + milliseconds;
      await turn();
      for (let timer = timers.take(until); timer !== undefined; timer = timers.take(until)) {
        monotonic = Math.max(monotonic, timer.at);
        timer.action();
        await turn();
      }
      monotonic = until;
    },
    settle: turn,
    shiftWall(milliseconds) {
      wallOffset += milliseconds;
    },
    untilNext() {
      const next = timers.next();
      return next === undefined ? undefined : Math.max(0, next - monotonic);
    },
  };
}

async function promiseJobs(): Promise<void> {
  for (let round = 0; round < 50; round += 1) await undefined;
}
