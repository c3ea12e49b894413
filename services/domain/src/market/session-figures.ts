/** A session is a day of log time; it ends at 00:00 UTC. */
export const SESSION_MILLISECONDS = 86_400_000;

/** What the trades of a session made of the price. */
export interface SessionFigures {
  /** Milliseconds since the epoch, a multiple of a day. */
  sessionStart: number;
  /** Of the last trade ever. */
  lastTicks: number | undefined;
  openTicks: number | undefined;
  highTicks: number | undefined;
  lowTicks: number | undefined;
  /** Stays at the largest safe integer once it is there. */
  volumeLots: number;
}

/** Start of the session that `time` (milliseconds since the epoch) falls in; a moment on the border starts the next. */
export function sessionStartOf(time: number): number {
  return time - (time % SESSION_MILLISECONDS);
}

export function emptySession(time: number): SessionFigures {
  return {
    sessionStart: sessionStartOf(time),
    lastTicks: undefined,
    openTicks: undefined,
    highTicks: undefined,
    lowTicks: undefined,
    volumeLots: 0,
  };
}

/** Starts another session if `time` is in a later one; the last price stays. */
export function advanceSession(figures: SessionFigures, time: number): void {
  const sessionStart = sessionStartOf(time);
  if (sessionStart <= figures.sessionStart) return;
  figures.sessionStart = sessionStart;
  figures.openTicks = undefined;
  figures.highTicks = undefined;
  figures.lowTicks = undefined;
  figures.volumeLots = 0;
}

/** Counts a trade at `time`, which does not run backwards. */
export function countTrade(figures: SessionFigures, priceTicks: number, quantityLots: number, time: number): void {
  advanceSession(figures, time);
  figures.lastTicks = priceTicks;
  figures.openTicks ??= priceTicks;
  figures.highTicks = Math.max(figures.highTicks ?? priceTicks, priceTicks);
  figures.lowTicks = Math.min(figures.lowTicks ?? priceTicks, priceTicks);
  figures.volumeLots = Math.min(figures.volumeLots + quantityLots, Number.MAX_SAFE_INTEGER);
}
