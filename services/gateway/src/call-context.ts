import type { Principal, User } from "@atlas/gen/atlas/identity/v1/identity_pb";

/** Who calls, as identity knew it when the call came, and until when. */
export interface CallContext {
  /** As commands carry it. */
  readonly principal: Principal;
  /** With roles and grants. */
  readonly user: User;
  /** Clock's monotonic milliseconds at which the caller waits no longer. */
  readonly deadline: number;
  /** Where the call came from: an address, for bounds on guessing. */
  readonly source: string;
}
