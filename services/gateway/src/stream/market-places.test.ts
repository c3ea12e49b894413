import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { expect, test } from "vitest";
import { MarketPlaces, MOST_GROUPS, MOST_OF_USER } from "./market-places.ts";

/** Groups of a name. */
const groups = (name: string, count = MOST_OF_USER) =>
  new Set(Array.from({ length: count }, (_, index) => `${name} ${index}`));

function reasonOf(take: () => unknown): readonly unknown[] | undefined {
  try {
    take();
    return undefined;
  } catch (error) {
    const { reason, retryAfter } = (error as RefusalError).refusal;
    return [reason, retryAfter?.seconds];
  }
}

test("F22: all users together watch 1,024 groups at most; what is watched may be joined, and places are free again", () => {
  const places = new MarketPlaces();
  const leaves = Array.from({ length: MOST_GROUPS / MOST_OF_USER }, (_, user) =>
    places.take(`user ${user}`, groups(`user ${user}`)),
  );
  const busy = [Reason.BUSY, 1n];
  expect(reasonOf(() => places.take("late", groups("late", 1)))).toEqual(busy);
  const joining = new Set([...groups("user 0", 3), ...groups("late", 1)]);
  expect(reasonOf(() => places.take("late", joining))).toEqual(busy);
  const leaveJoined = places.take("late", groups("user 0"));
  leaves[0]?.();
  expect(reasonOf(() => places.take("user 0", groups("new", 1)))).toEqual(busy);
  leaveJoined();
  expect(reasonOf(() => places.take("late", groups("late")))).toBeUndefined();
  expect(reasonOf(() => places.take("user 0", groups("new", 1)))).toEqual(busy);
});

test("F22: a user who is in a group by two streams is in it until both have ended", () => {
  const places = new MarketPlaces();
  const leaves = [places.take("ann", groups("a")), places.take("ann", groups("a"))];
  const full = [Reason.OPEN_STREAMS_LIMIT, undefined];
  leaves[0]?.();
  expect(reasonOf(() => places.take("ann", groups("b", 1)))).toEqual(full);
  leaves[1]?.();
  expect(reasonOf(() => places.take("ann", groups("b")))).toBeUndefined();
  expect(reasonOf(() => places.take("ann", groups("a", 1)))).toEqual(full);
});

test("F22: streams without a market take no places, and give none back that are another's", () => {
  const places = new MarketPlaces();
  const leave = places.take("ann", new Set());
  places.take("ann", groups("a"));
  leave();
  expect(reasonOf(() => places.take("ann", groups("b", 1)))).toEqual([Reason.OPEN_STREAMS_LIMIT, undefined]);
});
