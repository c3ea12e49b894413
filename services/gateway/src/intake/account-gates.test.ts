import { LimitsSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { AccountGates, MOST_CANCELS, MOST_ORDERS } from "./account-gates.ts";
import type { CommandClass } from "./pending-command.ts";

function rig() {
  const clock = manualClock();
  const learned: string[] = [];
  const gates = new AccountGates(clock, (accountId) => void learned.push(accountId));
  /** How many of `count` are taken in. */
  const enter = (count: number, commandClass: CommandClass = "ORDER", accountId = "a") =>
    Array.from({ length: count }, () => gates.enter(accountId, commandClass)).filter((refused) => refused === undefined)
      .length;
  return { clock, gates, learned, enter };
}

describe("what one account may have in hand (S24)", () => {
  test("4,000 orders and replaces, and 10,000 cancels of their own", () => {
    const { gates, enter } = rig();
    expect(enter(MOST_ORDERS + 10)).toBe(4_000);
    expect(gates.enter("a", "ORDER")?.refusal).toMatchObject({
      reason: Reason.BUSY,
      retryAfter: { nanos: 100_000_000 },
    });
    expect(enter(MOST_CANCELS + 10, "CANCEL")).toBe(10_000);
    expect(enter(1, "ORDER", "b")).toBe(1);
    gates.leave("a", "ORDER");
    expect(enter(2)).toBe(1);
  });

  test("above twice its rate orders are shed, cancels never", async () => {
    const { clock, gates, enter } = rig();
    enter(1);
    gates.limits("a", create(LimitsSchema, { ordersPerSecond: 10, orderBurst: 20 }));
    expect(enter(100)).toBe(40);
    expect(gates.enter("a", "ORDER")?.refusal).toMatchObject({
      reason: Reason.RATE_LIMIT,
      retryAfter: { seconds: 0n, nanos: 50_000_000 },
    });
    expect(enter(100, "CANCEL")).toBe(100);
    await clock.advance(1_000);
    expect(enter(100)).toBe(20);
  });

  test("until its rate is known nothing is shed by rate; it is asked for once", () => {
    const { enter, learned } = rig();
    expect(enter(3_000)).toBe(3_000);
    expect(learned).toEqual(["a"]);
  });

  test("accounts without anything in hand are forgotten, others never", () => {
    const { gates, learned, enter } = rig();
    enter(MOST_ORDERS, "ORDER", "busy");
    for (let index = 0; index < 25_000; index++) {
      gates.enter(`a${index}`, "ORDER");
      gates.leave(`a${index}`, "ORDER");
    }
    expect(enter(1, "ORDER", "busy")).toBe(0);
    enter(1, "ORDER", "a0");
    expect(learned.filter((accountId) => accountId === "a0")).toHaveLength(2);
  });
});
