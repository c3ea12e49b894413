import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { isUnreachable, refusalOf, wordsOfError } from "../rpc/refusal.ts";

/** Why somebody is not signed in: what happened, and whether a new link mends it. */
export interface SignInProblem {
  readonly title: string;
  readonly words: string;
  readonly needsNewLink: boolean;
  /** Who this browser's session is of, if there is one to go on with. */
  readonly goesOnAs?: string;
}

/** The address named a link without a token in it. */
export const CUT_LINK: SignInProblem = {
  title: "This link is not complete",
  words: "The part behind # is missing or cut off. Copy the whole line.",
  needsNewLink: true,
};

/** Nobody signed in here, or long ago. */
export const NO_SESSION: SignInProblem = {
  title: "Sign in",
  words: "Open the login link that the platform printed when it started.",
  needsNewLink: true,
};

export const LOGGED_OUT: SignInProblem = {
  title: "You are logged out",
  words: "This browser holds nothing of your session any more.",
  needsNewLink: true,
};

/** The browser's session is somebody else's by now. */
export function otherPerson(userId: string): SignInProblem {
  return {
    title: "Somebody else signed in",
    words: `This browser is signed in as ${userId} now, from another tab. To go on as somebody else, use a link of theirs.`,
    needsNewLink: false,
    goesOnAs: userId,
  };
}

/** Who leaves does not learn what becomes of what is on its way: they are told so, and nobody else is. */
export function withUnsettled(problem: SignInProblem, unsettled: readonly string[]): SignInProblem {
  if (unsettled.length === 0 || problem.goesOnAs !== undefined) return problem;
  return { ...problem, words: `${problem.words} It is not known what became of this: ${unsettled.join("; ")}.` };
}

/** Nothing that a page waits for mends it: the session has ended, or the page is not one that may use it. */
export function isSessionOver(error: unknown): boolean {
  const reason = refusalOf(error)?.reason;
  return reason === Reason.NOT_SIGNED_IN || reason === Reason.TOKEN_REUSED || reason === Reason.FOREIGN_ORIGIN;
}

/** What went wrong with a login link. */
export function linkProblem(error: unknown): SignInProblem {
  switch (refusalOf(error)?.reason) {
    case Reason.SPENT:
      return {
        title: "This link does not work any more",
        words:
          "A login link works once, and for some minutes only. This one was used, is too old, or is not of this platform.",
        needsNewLink: true,
      };
    case Reason.INVALID_FIELD:
      return CUT_LINK;
    default:
      return otherProblem(error, "The link could not be used");
  }
}

/** What went wrong with a session that was there. */
export function sessionProblem(error: unknown): SignInProblem {
  switch (refusalOf(error)?.reason) {
    case Reason.TOKEN_REUSED:
      return {
        title: "You were signed out",
        words:
          "The session was continued from a second place at the same time, which ends it for safety. If that was not you, tell whoever runs this platform.",
        needsNewLink: true,
      };
    case Reason.NOT_SIGNED_IN:
      return NO_SESSION;
    default:
      return otherProblem(error, "You could not be signed in");
  }
}

function otherProblem(error: unknown, title: string): SignInProblem {
  const refusal = refusalOf(error);
  if (refusal?.reason === Reason.LOCKED_OUT) {
    const seconds = Number(refusal.retryAfter?.seconds ?? 0n);
    const when =
      seconds === 0 ? "later" : `in ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}`;
    return {
      title: "Too many wrong attempts",
      words: `Try again ${when}. A good link stays good.`,
      needsNewLink: false,
    };
  }
  if (refusal?.reason === Reason.FOREIGN_ORIGIN) {
    return { title: "This is not the platform's own address", words: wordsOfError(error), needsNewLink: false };
  }
  // The call may have been decided before its answer was lost.
  const isUnknown = isUnreachable(error) || refusal?.reason === Reason.OUTCOME_UNKNOWN;
  const words = isUnknown ? `${wordsOfError(error)} The link may be used up.` : wordsOfError(error);
  return { title, words, needsNewLink: false };
}
