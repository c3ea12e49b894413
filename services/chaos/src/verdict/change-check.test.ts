import { requestId } from "@atlas/cli/client/request-id";
import { Findings } from "@atlas/cli/doctor/findings";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Answer, Asked } from "../load/asked.ts";
import { checkChanges } from "./change-check.ts";
import { LogModel } from "./log-model.ts";
import { Losses } from "./losses.ts";

type Terms = { readonly quantity: string; readonly limitPrice: string };

/** As the order stood before. */
const BEFORE: Terms = { quantity: "3", limitPrice: "99.5" };
const TOLD: Answer = {
  kind: "ORDER",
  order: {
    orderId: "o1",
    version: 2,
    ...{ status: OrderStatus.PENDING_REPLACE, cumulative: "0", leaves: "3", limitPrice: "99.5", fees: "0" },
  },
};
const REFUSED: Answer = { kind: "REFUSED", reason: Reason.REPLACE_PENDING, orderId: "" };

function replace(terms: Terms, settled: readonly Answer[], unknown = 0): Asked {
  const content = { kind: "replace" as const, orderId: "o1", ...terms };
  return {
    ...{ accountId: "a", requestId: requestId(), content, askedAt: 0 },
    ...{ answeredAt: 1, sent: 1, unknown, settled: [...settled] },
  };
}

/** What is found when a replace of that order to these terms stands on the log for the request. */
function check(one: Asked, logged?: Terms, changes: { requestId?: string; orderId?: string } = {}) {
  const log = new LogModel(new Set(["a"]));
  if (logged !== undefined) {
    const progress = { ...BEFORE, status: OrderStatus.PENDING_REPLACE, version: 2n };
    const event = { case: "replaceRequested" as const, value: { progress, ...logged } };
    const head = { accountId: "a", orderId: "o1", requestId: one.requestId, sequence: 7n, eventId: "oms/0:7" };
    log.take(create(OrderEventSchema, { ...head, ...changes, event }));
  }
  const findings = new Findings();
  const losses = new Losses(findings);
  checkChanges([one], log, losses);
  const broken = findings.all().flatMap(({ invariant, holds }) => (holds ? [] : [invariant]));
  return { lost: losses.lost, doubled: losses.doubled, broken };
}

const FINE = { lost: 0, doubled: 0, broken: [] };

test.each<[string, Terms, Terms]>([
  ["both as asked for", { quantity: "5", limitPrice: "98.0" }, { quantity: "5", limitPrice: "98" }],
  ["the quantity alone", { quantity: "5", limitPrice: "" }, { quantity: "5", limitPrice: "99.5" }],
  ["the price alone", { quantity: "", limitPrice: "98" }, { quantity: "3", limitPrice: "98" }],
])("I7: a replace of %s is fine", (_, asked, logged) => {
  expect(check(replace(asked, [TOLD]), logged)).toEqual(FINE);
});

test.each<[string, Terms, Terms]>([
  ["another quantity", { quantity: "5", limitPrice: "98" }, { quantity: "6", limitPrice: "98" }],
  ["another price", { quantity: "5", limitPrice: "98" }, { quantity: "5", limitPrice: "97" }],
  ["a quantity that nobody named", { quantity: "", limitPrice: "98" }, { quantity: "5", limitPrice: "98" }],
  ["a price that nobody named", { quantity: "5", limitPrice: "" }, { quantity: "5", limitPrice: "98" }],
])("I7: a replace that stands on the log with %s", (_, asked, logged) => {
  expect(check(replace(asked, [TOLD]), logged)).toEqual({ ...FINE, broken: ["I7"] });
});

test("I7: a replace of another order than was asked for", () => {
  const one = replace({ quantity: "5", limitPrice: "98" }, [TOLD]);
  expect(check(one, { quantity: "5", limitPrice: "98" }, { orderId: "o2" }).broken).toEqual(["I7"]);
});

test("I7: a replace that was told as done and that the log lacks is lost", () => {
  expect(check(replace({ quantity: "5", limitPrice: "" }, [TOLD]))).toEqual({ lost: 1, doubled: 0, broken: ["I7"] });
});

test("I6: a replace that nobody asked for is doubled", () => {
  const one = replace({ quantity: "5", limitPrice: "98" }, [REFUSED]);
  const found = check(one, { quantity: "5", limitPrice: "98" }, { requestId: requestId() });
  expect(found).toEqual({ lost: 0, doubled: 1, broken: ["I6"] });
});

test("I7: a replace that was refused and stands on the log, unless a sending that nobody answered may have done it", () => {
  const terms = { quantity: "5", limitPrice: "98" };
  expect(check(replace(terms, [REFUSED]))).toEqual(FINE);
  expect(check(replace(terms, [REFUSED]), terms)).toEqual({ lost: 0, doubled: 1, broken: ["I7"] });
  expect(check(replace(terms, [REFUSED], 1), terms)).toEqual(FINE);
  // Refused at first, done when it was sent again.
  expect(check(replace(terms, [REFUSED, TOLD]), terms)).toEqual(FINE);
});

test("I7: a change that was given up because nothing was done, it was said, left nothing on the log", () => {
  const terms = { quantity: "5", limitPrice: "98" };
  const gaveUp = { ...replace(terms, []), gaveUpOn: "NOT_READY" };
  expect(check(gaveUp)).toEqual(FINE);
  expect(check(gaveUp, terms)).toEqual({ lost: 0, doubled: 1, broken: ["I7"] });
});
