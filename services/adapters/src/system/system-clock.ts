import type { Clock } from "@atlas/platform/ports/clock";

/** The longest wait that setTimeout knows; beyond it, it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: wait,
    soon: (action) => void setImmediate(action),
  };
}

function wait(milliseconds: number, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  function go(left: number): void {
    timer = left <= LONGEST_MS ? setTimeout(action, left) : setTimeout(() => go(left - LONGEST_MS), LONGEST_MS);
  }
  go(Math.max(0, milliseconds));
  return () => clearTimeout(timer);
}
