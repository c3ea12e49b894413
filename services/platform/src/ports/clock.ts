/** Time as a service may see it. Decisions never read it: they use log time. */
export interface Clock {
  /** Wall time in milliseconds since the epoch. May jump in either direction. */
  now(): number;
  /** Milliseconds that never run backwards; the origin means nothing. */
  monotonic(): number;
  /** Runs `action` once after `milliseconds`; the answer cancels it. */
  after(milliseconds: number, action: () => void): () => void;
  /** Runs `action` after everything that is already waiting to run, without a timer. */
  soon(action: () => void): void;
}

/** Resolves after `milliseconds` of the clock's time. */
export function sleep(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}

/** Resolves when `work` does, or after `milliseconds` without it; rejects as it does. No timer is left behind. */
export async function within(clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<void> {
  let cancel = () => {};
  const over = new Promise<void>((resolve) => {
    cancel = clock.after(milliseconds, resolve);
  });
  await Promise.race([work, over]).finally(cancel);
}
