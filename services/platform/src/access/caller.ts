import type { Principal, User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { RefusalError } from "../refusal/refusal-error.ts";

/** Who calls, established from a credential. */
export interface Caller {
  /** As commands carry it. */
  readonly principal: Principal;
  /** With the roles and grants it had when the call came. */
  readonly user: User;
  /** One of the platform's own processes. */
  readonly internal: boolean;
}

/** Tells callers apart and knows when a credential ends. */
export interface Authenticator {
  /** Who sent this header, from an address. Throws `RefusalError` NOT_SIGNED_IN or LOCKED_OUT. */
  authenticate(header: Headers, source: string): Caller | Promise<Caller>;
  /**
   * Calls `ended` once when the caller's credential expires, is revoked, or its rights change. What it returns stops the
   * watch. Streams and sessions end with it within seconds.
   */
  watch(caller: Caller, ended: (error: RefusalError) => void): () => void;
}

/** Address that a call came from; set by the edge. */
export const sourceKey = createContextKey("", { description: "source" });
/** Who calls; absent for methods that anybody may call. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: "caller" });

/** Who calls, for handlers of methods that only callers who are signed in reach. */
export function callerOf(context: HandlerContext): Caller {
  const caller = context.values.get(callerKey);
  if (caller === undefined) throw new Error("a method that anybody may call has no caller");
  return caller;
}
