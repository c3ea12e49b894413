import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { cancelRefused, cancelTold, changeAnswered, changeRefused, changeTold } from "./orders-outcome.ts";

const DONE = { kind: "done" };

function orderOf(status: OrderStatus, quantity = "1", limitPrice = "100") {
  return create(OrderSchema, { status, quantity, limitPrice });
}

function refused(code: Code, value: MessageInitShape<typeof RefusalSchema>): ConnectError {
  return new ConnectError("no", code, undefined, [{ desc: RefusalSchema, value }]);
}

test.each([
  [OrderStatus.PENDING_SUBMIT, undefined],
  [OrderStatus.LIVE, undefined],
  [OrderStatus.PENDING_REPLACE, undefined],
  [OrderStatus.PENDING_CANCEL, DONE],
  [OrderStatus.CANCELED, DONE],
  [OrderStatus.FILLED, { kind: "refused", words: "It is filled already." }],
  [OrderStatus.EXPIRED, { kind: "refused", words: "It has expired already." }],
])("of a cancel, an order in status %i says", (status, told) => {
  expect(cancelTold(orderOf(status))).toEqual(told);
});

test("an order that is open no more needs no cancel, and cannot be changed", () => {
  expect(cancelTold(undefined)).toEqual(DONE);
  expect(changeTold(undefined, "", "101")).toEqual({ kind: "refused", words: "It is open no more." });
});

test("a change has happened when the order stands as it was to, and not before", () => {
  expect(changeTold(orderOf(OrderStatus.LIVE), "", "101")).toBeUndefined();
  expect(changeTold(orderOf(OrderStatus.PENDING_REPLACE, "1", "101"), "", "101")).toBeUndefined();
  expect(changeTold(orderOf(OrderStatus.LIVE, "1", "101"), "", "101.0")).toEqual(DONE);
  expect(changeTold(orderOf(OrderStatus.PARTIALLY_FILLED, "1", "101"), "2", "101")).toBeUndefined();
  expect(changeTold(orderOf(OrderStatus.PARTIALLY_FILLED, "2", "101"), "2", "101")).toEqual(DONE);
});

test("a change of an order that ends instead has not happened, unless it was lowered to what is filled", () => {
  expect(changeTold(orderOf(OrderStatus.FILLED), "", "101")).toEqual({
    kind: "refused",
    words: "It is filled already.",
  });
  const lowered = create(OrderSchema, {
    status: OrderStatus.CANCELED,
    refusal: { reason: Reason.REPLACED_TO_FILLED },
  });
  expect(changeTold(lowered, "0.5", "")).toEqual(DONE);
});

// Fails when every answer counts as a change that was taken.
test("an answer that shows the order working as it did tells of a change that the venue did not take", () => {
  const answered = (status: OrderStatus, price: string) => changeAnswered(orderOf(status, "1", price), "", "101").kind;
  expect(answered(OrderStatus.LIVE, "100")).toBe("refused");
  expect(answered(OrderStatus.LIVE, "101")).toBe("done");
  expect(answered(OrderStatus.PENDING_REPLACE, "100")).toBe("done");
  expect(answered(OrderStatus.FILLED, "100")).toBe("refused");
});

// Fails when every refusal of a cancel is told as a failure, and when the reason is left out.
test("a cancel that finds its order cancelled is done; one that finds it filled says so", () => {
  const closed = (status: string) =>
    refused(Code.FailedPrecondition, { reason: Reason.ORDER_CLOSED, message: "order 01 is closed", facts: { status } });
  expect(cancelRefused(closed("ORDER_STATUS_CANCELED"))).toEqual(DONE);
  expect(cancelRefused(closed("ORDER_STATUS_FILLED"))).toEqual({ kind: "refused", words: "It is filled already." });
  expect(changeRefused(closed("ORDER_STATUS_CANCELED"))).toEqual({
    kind: "refused",
    words: "It is cancelled already.",
  });
  const busy = refused(Code.ResourceExhausted, { reason: Reason.BUSY, message: "too much waits" });
  expect(cancelRefused(busy)).toEqual({ kind: "refused", words: "Too much waits." });
  const stale = refused(Code.Aborted, { reason: Reason.STALE_VERSION, message: "the version is 4", facts: {} });
  expect(changeRefused(stale)).toEqual({ kind: "refused", words: "It has changed meanwhile: look at it again." });
});
