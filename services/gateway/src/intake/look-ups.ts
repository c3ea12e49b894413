import type { Clock } from "@atlas/platform/ports/clock";

/** A shard that has forgotten what the store does not show yet asks again; not for ever. */
export const MOST_LOOK_UPS = 4;
/** Milliseconds: the store gathers for a quarter of a second before it shows what happened (S27). */
const FIRST_PAUSE = 150;

/** Waits before the store is looked at once more, `done` look-ups later: the first is at once. */
export function beforeLookUp(clock: Clock, done: number): Promise<void> {
  if (done === 0) return Promise.resolve();
  return new Promise((resolve) => void clock.after(FIRST_PAUSE << (done - 1), resolve));
}
