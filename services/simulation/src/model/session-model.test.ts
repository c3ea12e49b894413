import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ExecutionReportSchema } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { SessionTold } from "../clients/session-client.ts";
import { checkSession } from "./session-model.ts";
import { Violations } from "./violations.ts";

/** The account's orders, by sequence: two of the session, one of another between them. */
const SESSIONS: Readonly<Record<number, string>> = { 3: "mine", 5: "another", 7: "mine" };

const status = OrderStatus.PENDING_SUBMIT;
const events = Object.entries(SESSIONS).map(([sequence, sessionId]) => {
  const order = create(OrderSchema, { orderId: `o${sequence}`, sessionId, version: 1n, status, leavesQuantity: "2" });
  const event = { case: "orderAccepted" as const, value: { order } };
  return create(OrderEventSchema, { sequence: BigInt(sequence), accountId: "dan", orderId: order.orderId, event });
});

function opened(cursor: number, resumes: boolean): SessionTold {
  return { kind: "opened", cursor, sessionId: "mine", resumes };
}

function report(sequence: number, leavesQuantity = "2"): SessionTold {
  const order = { orderId: `o${sequence}`, version: 1n, status, leavesQuantity };
  const told = create(ExecutionReportSchema, { sequence: BigInt(sequence), ...order });
  return { kind: "report", cursor: sequence, report: told };
}

function at(cursor: number): SessionTold {
  return { kind: "cursor", cursor };
}

test.each<[string, boolean, readonly SessionTold[]]>([
  ["its own orders' reports", true, [opened(1, false), report(3), at(6), report(7), at(9)]],
  ["everybody's, where it resumes", true, [opened(1, false), report(3), opened(3, true), report(5), report(7)]],
  ["nothing after its last word", true, [opened(1, false), report(3)]],
  ["a report too few", false, [opened(1, false), report(7)]],
  ["a cursor above what was reported", false, [opened(1, false), at(4)]],
  ["only its own where it resumes", false, [opened(1, false), report(3), opened(3, true), report(7)]],
  ["a report of another's order", false, [opened(1, false), report(3), report(5)]],
  ["a report twice", false, [opened(1, false), report(3), report(3)]],
  ["a report of something else", false, [opened(1, false), report(3, "1")]],
  ["that it resumes where it never was", false, [opened(1, false), report(3), opened(5, true), report(7)]],
])("D27, F22: a session is told %s: that is right: %s", (_, isRight, told) => {
  const violations = new Violations();
  checkSession({ accountId: "dan", told: [...told] }, events, violations);
  expect([...violations.broken]).toEqual(isRight ? [] : ["I19"]);
});
