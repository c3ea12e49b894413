/** Milliseconds for which the log may not take what it is sent before that is told. */
const PATIENCE = 10_000;

/** What is sent to a partition. */
interface Sending {
  /** Such as `orders.events/3`. */
  readonly place: string;
  /** Milliseconds for which the log has not taken what stands first; 0: nothing waits for it. */
  readonly untakenFor: number;
}

/** The partition that does not take what is sent to it: of several, that for which most was waited. `undefined`: each takes it. */
export function untakenBy(all: readonly Sending[]): string | undefined {
  let longest: Sending | undefined;
  for (const one of all) {
    if (one.untakenFor > Math.max(PATIENCE, longest?.untakenFor ?? 0)) longest = one;
  }
  return longest?.place;
}
