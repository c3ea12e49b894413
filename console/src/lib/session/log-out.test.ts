import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { endSession } from "./log-out.ts";
import { LOGGED_OUT } from "./sign-in-problem.ts";
import type { Renewed } from "./token-renewal.ts";

function refused(reason: Reason, code: Code): ConnectError {
  return new ConnectError("no", code, undefined, [{ desc: RefusalSchema, value: { reason, message: "no" } }]);
}

const NOT_SIGNED_IN = refused(Reason.NOT_SIGNED_IN, Code.Unauthenticated);
const NOT_READY = refused(Reason.NOT_READY, Code.Unavailable);
const MINE: Renewed = {
  kind: "mine",
  token: { text: "new", lifetime: 0, received: { steady: 0, wall: 0 } },
  user: create(UserSchema, { userId: "adam" }),
};

/** Log-outs end by the list, an absent error being an end; `renewed` is what the renewal comes to. */
function world(logOuts: readonly (Error | undefined)[], renewed: Renewed | Error = MINE) {
  const calls: string[] = [];
  const left = [...logOuts];
  return {
    calls,
    logOut: async () => {
      calls.push("log out");
      const error = left.shift();
      if (error !== undefined) throw error;
    },
    renew: async () => {
      calls.push("renew");
      if (renewed instanceof Error) throw renewed;
      return renewed;
    },
  };
}

test("a session whose token works ends by it", async () => {
  const one = world([undefined]);
  expect(await endSession(one)).toBe(LOGGED_OUT);
  expect(one.calls).toEqual(["log out"]);
});

// Fails when a token that does not work is taken for a session that is over.
test("a session whose token ran out is renewed and then ended", async () => {
  const one = world([NOT_SIGNED_IN, undefined]);
  expect(await endSession(one)).toBe(LOGGED_OUT);
  expect(one.calls).toEqual(["log out", "renew", "log out"]);
});

test("without a session behind the cookie there is none to end", async () => {
  expect(await endSession(world([NOT_SIGNED_IN], { kind: "over", error: NOT_SIGNED_IN }))).toBe(LOGGED_OUT);
});

test("what could not be ended is not said to be", async () => {
  await expect(endSession(world([NOT_READY]))).rejects.toBe(NOT_READY);
  await expect(endSession(world([NOT_SIGNED_IN], NOT_READY))).rejects.toBe(NOT_READY);
  await expect(endSession(world([NOT_SIGNED_IN, NOT_SIGNED_IN]))).rejects.toBe(NOT_SIGNED_IN);
  const foreign = refused(Reason.FOREIGN_ORIGIN, Code.PermissionDenied);
  await expect(endSession(world([NOT_SIGNED_IN], { kind: "over", error: foreign }))).rejects.toBe(foreign);
});

test("another person's session is not ended, and one that was reused says why it is over", async () => {
  const other = world([NOT_SIGNED_IN], { kind: "other", userId: "zoe" });
  expect((await endSession(other)).words).toContain("zoe");
  expect(other.calls).toEqual(["log out", "renew"]);
  const reused = refused(Reason.TOKEN_REUSED, Code.Unauthenticated);
  const problem = await endSession(world([NOT_SIGNED_IN], { kind: "over", error: reused }));
  expect(problem.title).toBe("You were signed out");
});
