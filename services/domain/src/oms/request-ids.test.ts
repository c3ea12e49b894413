import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../account/account-limits.ts";
import { digestOf, type Exchange, limitOrder, START } from "./exchange.fixture.ts";
import type { CommandHead, OmsCommand } from "./oms-command.ts";
import { newExchange, only, refusalOf } from "./orders.fixture.ts";

let exchange: Exchange;

beforeEach(() => {
  exchange = newExchange();
});

describe("I6 S18: request ids", () => {
  const buy = limitOrder("BUY", "0.1", "40000");
  const submit = (change: Partial<CommandHead>) => exchange.submit("ann", buy, change);

  test("the same again, even after valid_until, is answered with the order and makes none", () => {
    const first = only(submit({ requestId: "once" }));
    exchange.now += 60_000;
    const again = only(submit({ requestId: "once", validUntil: START }));
    expect(again).toMatchObject({ orderId: first.orderId, request: undefined, body: { refusal: undefined } });
    expect(exchange.shards[0]?.orders.size).toBe(1);
  });

  test("with other content, or by another method, it is a conflict", () => {
    submit({ requestId: "once" });
    expect(refusalOf(submit({ requestId: "once", contentDigest: digestOf("else") }))).toEqual({
      reason: "REQUEST_ID_REUSED",
    });
    const cancel = exchange.cancel("ann", "x", { requestId: "once", contentDigest: digestOf("cancel") });
    expect(refusalOf(cancel)).toEqual({ reason: "REQUEST_ID_REUSED" });
  });

  test("a refusal that keeps nothing leaves the id unused", () => {
    submit({ requestId: "late", validUntil: START - 1 });
    exchange.submit("ann", limitOrder("BUY", "0", "1"), { requestId: "late" });
    expect(only(submit({ requestId: "late" })).body.kind).toBe("ORDER_ACCEPTED");
  });

  test("a UUID v7 more than a minute ahead of log time is refused", () => {
    const ahead = (milliseconds: number) => submit({ requestId: uuidAt(START + milliseconds) });
    expect(only(ahead(60_000)).body.kind).toBe("ORDER_ACCEPTED");
    expect(refusalOf(ahead(60_001))).toEqual({ reason: "REQUEST_ID_AHEAD", aheadMilliseconds: 60_001 });
  });

  describe("once the shard has forgotten", () => {
    beforeEach(() => {
      submit({ requestId: "old" });
      exchange.now += 400_000;
      exchange.quote = { bid: "49990", ask: "50010", last: "50000", time: exchange.now };
      submit({ requestId: uuidAt(exchange.now) });
      expect(exchange.shards[0]?.requests.forgottenUntil).toBe(START);
    });

    const present = digestOf("old");
    const rows: readonly [string, Partial<CommandHead>, unknown][] = [
      ["without evidence it is asked for", {}, { reason: "LOOK_UP_FIRST", forgottenUntil: START }],
      [
        "evidence from before H proves nothing",
        { evidence: { storeTime: START - 1, contentDigest: undefined } },
        { reason: "LOOK_UP_FIRST", forgottenUntil: START },
      ],
      [
        "the store has it, with the same content: a repeat",
        { evidence: { storeTime: START, contentDigest: present } },
        undefined,
      ],
      [
        "the store has it, with other content",
        { evidence: { storeTime: START, contentDigest: digestOf("x") } },
        { reason: "REQUEST_ID_REUSED" },
      ],
    ];
    test.each(rows)("%s", (_, change, refusal) => {
      const events = submit({ requestId: "old", ...change });
      expect(refusalOf(events)).toEqual(refusal);
      expect(only(events).body.kind).toBe("COMMAND_ANSWERED");
    });

    test("the store has it not: it is new", () => {
      const evidence = { storeTime: START, contentDigest: undefined };
      expect(only(submit({ requestId: "other", evidence })).body.kind).toBe("ORDER_ACCEPTED");
    });

    test("a UUID v7 a minute above H needs none, one below does", () => {
      expect(only(submit({ requestId: uuidAt(START + 60_001) })).body.kind).toBe("ORDER_ACCEPTED");
      expect(refusalOf(submit({ requestId: uuidAt(START + 60_000) }))).toMatchObject({ reason: "LOOK_UP_FIRST" });
    });

    const many = (change: Partial<CommandHead>): OmsCommand => ({
      kind: "CANCEL_MANY",
      head: exchange.head("ann", { contentDigest: present, ...change }),
      instrumentId: "",
      side: undefined,
    });
    const limits = (change: Partial<CommandHead>): OmsCommand => ({
      kind: "SET_LIMITS",
      head: exchange.head("ann", { contentDigest: present, ...change }),
      limits: DEFAULT_LIMITS,
      field: "",
    });

    test.each([
      ["a cancel of many", many, "CANCEL_REQUESTED"],
      ["a change of limits", limits, "LIMITS_SET"],
    ] as const)("F28: %s that the store has is without effect, one that it has not is made", (_, commandOf, kind) => {
      expect(refusalOf(exchange.input(0, commandOf({ requestId: "used" })))).toMatchObject({ reason: "LOOK_UP_FIRST" });
      const used = { requestId: "used", evidence: { storeTime: START, contentDigest: present } };
      const repeated = exchange.input(0, commandOf(used));
      expect(refusalOf(repeated)).toBeUndefined();
      expect(only(repeated).body.kind).toBe("COMMAND_ANSWERED");
      const unused = { requestId: "new", evidence: { storeTime: START, contentDigest: undefined } };
      const made = exchange.input(0, commandOf(unused));
      expect(made[0]?.body.kind).toBe(kind);
      expect(made.filter(({ request }) => request !== undefined)).toHaveLength(1);
    });

    test("a cancel needs none", () => {
      const [first] = exchange.shards[0]?.orders.keys() ?? [];
      expect(only(exchange.cancel("ann", first ?? "")).body.kind).toBe("CANCEL_REQUESTED");
    });
  });
});

function uuidAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

describe("S5: the rungs before the ladder", () => {
  test("a command that comes after valid_until is refused, one at it is not", () => {
    expect(refusalOf(exchange.submit("ann", limitOrder("BUY", "0", "1"), { validUntil: START - 1 }))).toMatchObject({
      reason: "COMMAND_EXPIRED",
    });
    expect(refusalOf(exchange.submit("ann", limitOrder("BUY", "0", "1"), { validUntil: START }))).toMatchObject({
      reason: "BAD_NUMBER",
    });
  });

  test.each([
    ["user", "", true],
    ["user", "key", true],
    ["user", "other", false],
    ["somebody", "", false],
  ])("S23: %s with key %j revoked", (userId, keyId, refused) => {
    exchange.input(0, { kind: "REVOKE_PRINCIPAL", commandId: "", principal: { userId, keyId } });
    const events = exchange.submit("ann", limitOrder("BUY", "1", "40000"));
    if (refused) expect(refusalOf(events)).toEqual({ reason: "PRINCIPAL_REVOKED" });
    else expect(only(events).body.kind).toBe("ORDER_ACCEPTED");
  });

  test("who and what must be known", () => {
    expect(refusalOf(exchange.submit("eve", limitOrder("BUY", "1", "1")))).toEqual({
      reason: "UNKNOWN_ACCOUNT",
      accountId: "eve",
    });
    const other = limitOrder("BUY", "1", "1", { instrumentId: "X-Y" });
    expect(refusalOf(exchange.submit("ann", other))).toEqual({ reason: "UNKNOWN_INSTRUMENT", instrumentId: "X-Y" });
    expect(refusalOf(exchange.submit("ann", other, { requestId: "" }))).toMatchObject({
      reason: "MISSING_FIELD",
      field: "request_id",
    });
  });
});
