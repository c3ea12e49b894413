import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { SubmitOrdersRequestSchema, type SubmitOrdersResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { invalidField } from "../refusal/invalid-field.ts";
import type { OrderDesk } from "./order-desk.ts";
import { submitBatch } from "./submit-batch.ts";

const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "5" };
type Entries = MessageInitShape<typeof SubmitOrdersRequestSchema>["entries"];

/** The refusals of a batch whose well-formed entries the shard refuses with `denied`. */
function refusals(entries: Entries, denied: RefusalError) {
  const desk: Partial<OrderDesk> = {
    submitAll(_, submissions) {
      for (const { answer } of submissions) answer.refused(denied);
    },
  };
  const sender = { principal: create(PrincipalSchema), sessionId: "", deadline: 0 };
  let response: SubmitOrdersResponse | undefined;
  const request = create(SubmitOrdersRequestSchema, { entries: entries ?? [] });
  submitBatch(desk as OrderDesk, sender, "demo", request.entries, (answer) => {
    response = answer;
  });
  return response?.results.map(({ result }) => (result.case === "refusal" ? result.value : undefined));
}

const fine = { requestId: "r", order };
const never = refusal(Reason.DEFECT, "never");

test.each<[string, NonNullable<Entries>[number], string, string, Reason]>([
  ["no request id", { order }, "request_id", "is required", Reason.INVALID_FIELD],
  ["no order", { requestId: "r" }, "order", "is required", Reason.INVALID_FIELD],
  [
    "an unknown enum number",
    { requestId: "r", order: { ...order, side: 9 as Side } },
    "order.side",
    "is not known here",
    Reason.UNKNOWN_FIELD,
  ],
  [
    "no quantity",
    { requestId: "r", order: { ...order, quantity: "" } },
    "order.quantity",
    "is required",
    Reason.INVALID_FIELD,
  ],
])("a malformed entry is named where it stands: %s", (_name, entry, path, words, reason) => {
  const field = `entries[1].${path}`;
  const [first, second] = refusals([fine, entry], never) ?? [];
  expect(first?.message).toBe("never");
  expect(second).toMatchObject({ field, reason, message: `${field} ${words}`, violations: [{ field, reason }] });
});

test.each([
  [
    invalidField("order.expire_time", "is required"),
    "entries[1].order.expire_time",
    "entries[1].order.expire_time is required",
  ],
  [
    refusal(Reason.OFF_LOT, "1 is no multiple of the lot 2", { field: "order.quantity" }),
    "entries[1].order.quantity",
    "1 is no multiple of the lot 2",
  ],
  [refusal(Reason.REQUEST_ID_AHEAD, "ahead", { field: "request_id" }), "entries[1].request_id", "ahead"],
  [refusal(Reason.UNKNOWN_ACCOUNT, "none", { field: "account_id" }), "account_id", "none"],
  [refusal(Reason.INSUFFICIENT_FUNDS, "poor"), "", "poor"],
])("what the shard refuses is named where it stands too: %s", (denied, field, message) => {
  expect(refusals([fine, fine], denied)?.[1]).toMatchObject({ field, message });
});
