import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type User, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { TokenRenewal } from "./token-renewal.ts";

const LOST = new ConnectError("fetch failed", Code.Unknown);

function refused(reason: Reason, code: Code, seconds = 0n): ConnectError {
  const value = { reason, message: "no", retryAfter: { seconds } };
  return new ConnectError("no", code, undefined, [{ desc: RefusalSchema, value }]);
}

/** A platform that answers each call with the next thing of its list: a name, or an error. */
function platform(refreshes: readonly (string | Error)[], owners: readonly (string | Error)[]) {
  const left = { refreshes: [...refreshes], owners: [...owners] };
  const next = (answers: (string | Error)[]): string => {
    const answer = answers.shift() ?? "nobody";
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const pauses: number[] = [];
  const asked: string[] = [];
  const renewal = new TokenRenewal({
    refresh: async () => ({ text: next(left.refreshes), lifetime: 0, received: { steady: 0, wall: 0 } }),
    whoAmI: async ({ text }): Promise<User> => {
      asked.push(text);
      return create(UserSchema, { userId: next(left.owners) });
    },
    pause: async (milliseconds) => void pauses.push(milliseconds),
  });
  return { renewal, pauses, asked, left };
}

// Fails when the token is handed out without asking whose it is.
test("a token of somebody who signed in in another tab is not handed out", async () => {
  const { renewal, asked } = platform(["t1"], ["zoe"]);
  expect(await renewal.decide("adam")).toEqual({ kind: "other", userId: "zoe" });
  expect(asked).toEqual(["t1"]);
  const same = platform(["t1"], ["adam"]);
  expect(await same.renewal.decide("adam")).toMatchObject({ kind: "mine", token: { text: "t1" } });
  const first = platform(["t1"], ["zoe"]);
  expect(await first.renewal.decide(undefined)).toMatchObject({ kind: "mine", user: { userId: "zoe" } });
});

test.each([
  ["NOT_READY", refused(Reason.NOT_READY, Code.Unavailable)],
  ["BUSY", refused(Reason.BUSY, Code.ResourceExhausted)],
  ["OUTCOME_UNKNOWN", refused(Reason.OUTCOME_UNKNOWN, Code.DeadlineExceeded)],
  ["LOCKED_OUT", refused(Reason.LOCKED_OUT, Code.ResourceExhausted)],
  ["no answer", LOST],
])("%s signs nobody out: it is tried again", async (_name, error) => {
  const { renewal, pauses } = platform([error, error, "t1"], ["adam"]);
  expect(await renewal.decide("adam")).toMatchObject({ kind: "mine" });
  expect(pauses).toEqual([2_000, 4_000]);
});

test.each([Reason.NOT_SIGNED_IN, Reason.TOKEN_REUSED])("reason %s ends the session at once", async (reason) => {
  const error = refused(reason, Code.Unauthenticated);
  const { renewal, pauses } = platform([error, "t1"], ["adam"]);
  expect(await renewal.decide("adam")).toEqual({ kind: "over", error });
  expect(pauses).toEqual([]);
});

test("a pause is no shorter than the platform asks for, and no longer than half a minute else", async () => {
  const locked = refused(Reason.LOCKED_OUT, Code.ResourceExhausted, 90n);
  const { renewal, pauses } = platform([locked, LOST, LOST, LOST, LOST, LOST, "t1"], ["adam"]);
  await renewal.decide("adam");
  expect(pauses).toEqual([90_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

// Fails when the cookie is spent again for every question.
test("a token whose owner could not be asked for is kept, one that does not work is replaced", async () => {
  const { renewal, asked, left } = platform(
    ["t1", "t2", "t3"],
    [LOST, refused(Reason.NOT_SIGNED_IN, Code.Unauthenticated), "adam"],
  );
  expect(await renewal.decide("adam")).toMatchObject({ kind: "mine", token: { text: "t2" } });
  expect(asked).toEqual(["t1", "t1", "t2"]);
  expect(left.refreshes).toEqual(["t3"]);
});
