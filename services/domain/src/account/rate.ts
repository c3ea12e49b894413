/**
 * The rate of an account's orders (generic cell rate algorithm): one number, the mark, moves by one interval with each order
 * and is the time at which the account would have used up what it sent at its sustained rate. Microseconds of the shard's
 * rate clock, whole; the interval is rounded up, so that the rate is never above what was set.
 */
const MICROSECONDS = 1_000_000;

/** The mark after one order more at `now`, or minus the microseconds to wait for. */
export function nextRateMark(mark: number, now: number, ordersPerSecond: number, burst: number): number {
  const interval = Math.ceil(MICROSECONDS / ordersPerSecond);
  const start = mark > now ? mark : now;
  const wait = start - now - (burst - 1) * interval;
  return wait > 0 ? -wait : start + interval;
}

/** The mark after what counts though it is not held back: never further ahead than a burst. */
export function countedRateMark(mark: number, now: number, ordersPerSecond: number, burst: number): number {
  const interval = Math.ceil(MICROSECONDS / ordersPerSecond);
  return Math.min((mark > now ? mark : now) + interval, now + burst * interval);
}

/** The mark under new limits: who was held back by the old ones waits no longer than the new ones ask for. */
export function rateMarkUnder(mark: number, now: number, ordersPerSecond: number, burst: number): number {
  return Math.min(mark, now + burst * Math.ceil(MICROSECONDS / ordersPerSecond));
}
