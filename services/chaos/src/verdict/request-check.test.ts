import { requestId } from "@atlas/cli/client/request-id";
import { Findings } from "@atlas/cli/doctor/findings";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ExecutionReportSchema } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import type { Answer, Asked, Content } from "../load/asked.ts";
import { ClientBook } from "../load/client-book.ts";
import { LogModel, movementKey, requestKey } from "./log-model.ts";
import { Losses } from "./losses.ts";
import { checkRequests, checkTold } from "./request-check.ts";

const TERMS = { instrumentId: "CHAOS-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "3", limitPrice: "99.5" };

function asked(content: Content, ...settled: Answer[]): Asked {
  const answeredAt = settled.length > 0 ? 1 : 0;
  return { accountId: "a", requestId: requestId(), content, askedAt: 0, answeredAt, sent: 1, unknown: 0, settled };
}

/** As an order stands that was just made. */
const STATE = { status: OrderStatus.PENDING_SUBMIT, cumulative: "0", leaves: "3", limitPrice: "99.5", fees: "0" };

function told(orderId: string, version = 1, changes: Partial<typeof STATE> = {}): Answer {
  return { kind: "ORDER", order: { orderId, version, ...STATE, ...changes } };
}

/** A log on which an order stands for a request. */
function logged(log: LogModel, orderId: string, { accountId, requestId }: Asked, changes: Partial<typeof TERMS> = {}) {
  const order = { accountId, requestId, ...TERMS, ...changes };
  log.orders.set(orderId, { order, states: [STATE], fills: [] });
  const key = requestKey(accountId, requestId);
  log.byRequest.set(key, [...(log.byRequest.get(key) ?? []), orderId]);
}

/** What is found with these requests and this log. */
function check(requests: readonly Asked[], fill: (log: LogModel) => void) {
  const book = new ClientBook();
  for (const one of requests) {
    book.asked.push(one);
    for (const answer of one.settled) if (answer.kind === "ORDER") book.tell(answer.order, 0);
  }
  const log = new LogModel(new Set(["a"]));
  fill(log);
  const findings = new Findings();
  const losses = new Losses(findings);
  checkRequests(book, log, losses);
  checkTold(book, log, losses);
  const broken = findings.all().filter(({ holds }) => !holds);
  return { lost: losses.lost, doubled: losses.doubled, broken: broken.map(({ invariant }) => invariant) };
}

describe("what clients were told, held against the log", () => {
  const submit: Content = { kind: "submit", order: TERMS };

  test("an order that stands as it was told is fine", () => {
    const one = asked(submit, told("o1"), told("o1"));
    expect(check([one], (log) => logged(log, "o1", one))).toEqual({ lost: 0, doubled: 0, broken: [] });
  });

  test("I7: an order that was told and that the log lacks is lost; a request without an answer is no loss, but broken", () => {
    expect(check([asked(submit, told("o1"))], () => {})).toMatchObject({ lost: 2, broken: ["I5", "I7"] });
    expect(check([asked(submit)], () => {})).toEqual({ lost: 0, doubled: 0, broken: ["I7"] });
  });

  test("I7: an order of a request that was refused for good, without an order, is doubled", () => {
    const refused: Answer = { kind: "REFUSED", reason: Reason.INSUFFICIENT_FUNDS, orderId: "" };
    const one = asked(submit, refused);
    expect(check([one], () => {})).toEqual({ lost: 0, doubled: 0, broken: [] });
    expect(check([one], (log) => logged(log, "o1", one))).toEqual({ lost: 0, doubled: 1, broken: ["I7"] });
  });

  test("I7: a request that was given up because nothing was done, it was said, left nothing on the log", () => {
    const gaveUp = { ...asked(submit), answeredAt: 1, gaveUpOn: "NOT_READY" };
    expect(check([gaveUp], () => {})).toEqual({ lost: 0, doubled: 0, broken: [] });
    expect(check([gaveUp], (log) => logged(log, "o1", gaveUp))).toEqual({ lost: 0, doubled: 1, broken: ["I7"] });
  });

  test("I6: two orders for one request, and one that nobody asked for, are doubled", () => {
    const one = asked(submit, told("o1"));
    const twice = (log: LogModel) => {
      logged(log, "o1", one);
      logged(log, "o2", one);
    };
    expect(check([one], twice)).toMatchObject({ doubled: 1, broken: ["I6"] });
    const stranger = asked(submit);
    const other = (log: LogModel) => {
      logged(log, "o1", one);
      logged(log, "o2", stranger);
    };
    expect(check([one], other)).toMatchObject({ doubled: 1, broken: ["I6"] });
  });

  test("I6 I7: a request that was told two orders, and one whose order has other terms", () => {
    const one = asked(submit, told("o1"), told("o2"));
    expect(check([one], (log) => logged(log, "o1", one)).doubled).toBe(1);
    const other = asked(submit, told("o1"));
    expect(check([other], (log) => logged(log, "o1", other, { quantity: "4" })).broken).toEqual(["I7"]);
  });

  test("I5: a version that was told as the log does not have it", () => {
    const one = asked(submit, told("o1"), told("o1", 2));
    expect(check([one], (log) => logged(log, "o1", one))).toMatchObject({ lost: 1, broken: ["I5"] });
  });

  test.each([{ cumulative: "1" }, { leaves: "2" }, { limitPrice: "99.4" }, { fees: "0.01" }])(
    "I5: a version that was told with %o",
    (changes) => {
      const one = asked(submit, told("o1", 1, changes));
      expect(check([one], (log) => logged(log, "o1", one))).toEqual({ lost: 0, doubled: 0, broken: ["I5"] });
    },
  );

  test("I7: a deposit that was told as done and is not there, and one that is there twice", () => {
    const deposit: Content = { kind: "deposit", asset: "USD", amount: "7" };
    const done = asked(deposit, { kind: "DONE" });
    const times = (count: number) => (log: LogModel) =>
      void log.movements.set(movementKey("a", "USD", "+", "7"), count);
    expect(check([done], () => {})).toMatchObject({ lost: 1, broken: ["I7"] });
    expect(check([done], times(1))).toEqual({ lost: 0, doubled: 0, broken: [] });
    expect(check([done], times(2))).toMatchObject({ doubled: 1, broken: ["I7"] });
  });

  test("I19: a fill that stands on the log since a session began and that the session never told is lost", () => {
    const fill = { executionId: "f1", matchId: "m1", orderId: "o1", instrumentId: "CHAOS-USD", side: Side.BUY };
    const report = { executionId: "f1", orderId: "o1", lastPrice: "99.5", lastQuantity: "3" };
    const found = (sessions: Record<string, number>, isTold: boolean) => {
      const book = new ClientBook();
      for (const [accountId, sequence] of Object.entries(sessions)) book.began(accountId, sequence);
      if (isTold) book.fill(create(ExecutionReportSchema, report));
      const log = new LogModel(new Set(["a"]));
      log.fills.set("f1", { accountId: "a", sequence: 9, fill: { ...fill, price: "99.5", quantity: "3" }, times: 1 });
      const findings = new Findings();
      const losses = new Losses(findings);
      checkTold(book, log, losses);
      return [losses.lost, findings.all().flatMap(({ invariant, holds }) => (holds ? [] : [invariant]))];
    };
    expect(found({ a: 8 }, false)).toEqual([1, ["I19"]]);
    expect(found({ a: 8 }, true)).toEqual([0, []]);
    // It happened before, or its account trades by calls.
    expect(found({ a: 9 }, false)).toEqual([0, []]);
    expect(found({ b: 0 }, false)).toEqual([0, []]);
  });

  test("S22: who was told an order is not shown an older one, nor the same one otherwise", () => {
    const book = new ClientBook();
    book.tell({ ...STATE, orderId: "o", version: 3 }, 0);
    book.tell({ ...STATE, orderId: "o", version: 2 }, 3);
    book.tell({ ...STATE, orderId: "o", version: 3, limitPrice: "99.50" }, 3);
    expect(book.broken).toHaveLength(1);
    book.tell({ ...STATE, orderId: "o", version: 3, leaves: "2" }, 3);
    expect(book.broken).toHaveLength(2);
  });
});
