import type { Caller } from "@atlas/platform/access/caller";

/** Who calls, from where, and until when. */
export interface CallContext extends Caller {
  /** Clock's monotonic milliseconds at which the caller waits no longer. */
  readonly deadline: number;
  /** Where the call came from: an address, for bounds on guessing. */
  readonly source: string;
}
