import type { Principal } from "@atlas/gen/atlas/identity/v1/identity_pb";

/** Who sends a command, on what, and until when. */
export interface Sender {
  readonly principal: Principal;
  /** The session that it came on; empty: none. */
  readonly sessionId: string;
  /** Clock's monotonic milliseconds at which the caller waits no longer. */
  readonly deadline: number;
}
