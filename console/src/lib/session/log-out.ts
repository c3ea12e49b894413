import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { isSignedOut, refusalOf } from "../rpc/refusal.ts";
import { LOGGED_OUT, otherPerson, type SignInProblem, sessionProblem } from "./sign-in-problem.ts";
import type { Renewed } from "./token-renewal.ts";

/** What ending a session needs. */
export interface LogOutWorld {
  /** Ends the session of the access token at hand. */
  logOut(): Promise<void>;
  /** Tries once for a new access token. */
  renew(): Promise<Renewed>;
}

/**
 * Ends the session and answers what to say. Throws when it may live on. That an access token does not work says nothing of
 * the session: the cookie may still go on with it. So a new one is fetched, to end the session by.
 */
export async function endSession(world: LogOutWorld): Promise<SignInProblem> {
  try {
    await world.logOut();
    return LOGGED_OUT;
  } catch (error) {
    if (!isSignedOut(error)) throw error;
  }
  const renewed = await world.renew();
  switch (renewed.kind) {
    case "mine":
      await world.logOut();
      return LOGGED_OUT;
    case "other":
      return otherPerson(renewed.userId);
    case "over":
      switch (refusalOf(renewed.error)?.reason) {
        case Reason.NOT_SIGNED_IN:
          return LOGGED_OUT;
        case Reason.TOKEN_REUSED:
          return sessionProblem(renewed.error);
        default:
          throw renewed.error;
      }
  }
}
