import { readdirSync, readFileSync } from "node:fs";
import { DepositFundsRequestSchema } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType, PegReference, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { SubmitOrderRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { refuseInvalid } from "./validate.ts";

const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.MARKET, quantity: "1" };
const DECIMAL = "must be a decimal such as 0.25, at most 18 digits before and after the point";

type Terms = NonNullable<MessageInitShape<typeof SubmitOrderRequestSchema>["order"]>;
const rows: [Partial<Terms>, string, Reason][] = [
  [{ quantity: "1e5" }, `order.quantity ${DECIMAL}`, Reason.INVALID_FIELD],
  [{ limitPrice: "-1" }, `order.limit_price ${DECIMAL}`, Reason.INVALID_FIELD],
  [{ quantity: "" }, "order.quantity is required", Reason.INVALID_FIELD],
  [{ instrumentId: "" }, "order.instrument_id is required", Reason.INVALID_FIELD],
  [{ instrumentId: "é" }, "order.instrument_id must be 1 to 64 printable ASCII characters", Reason.INVALID_FIELD],
  [{ groupId: "é" }, "order.group_id must be at most 64 printable ASCII characters", Reason.INVALID_FIELD],
  [{ side: Side.UNSPECIFIED }, "order.side is required", Reason.INVALID_FIELD],
  [{ side: 9 as Side }, "order.side is not known here", Reason.UNKNOWN_FIELD],
  [{ peg: { reference: PegReference.UNSPECIFIED } }, "order.peg.reference is required", Reason.INVALID_FIELD],
  [
    { trailing: { case: "trailingOffsetPrice", value: "x" } },
    `order.trailing_offset_price ${DECIMAL}`,
    Reason.INVALID_FIELD,
  ],
];

test.each(rows)("%o is told in words", (terms, words, reason) => {
  const message = create(SubmitOrderRequestSchema, { requestId: "r", order: { ...order, ...terms } as Terms });
  expect(refuseInvalid(SubmitOrderRequestSchema, message)?.refusal).toMatchObject({ message: words, reason });
});

test("what is missing is required", () => {
  const told = (
    refuseInvalid(SubmitOrderRequestSchema, create(SubmitOrderRequestSchema))?.refusal.violations ?? []
  ).map(({ field, message }) => `${field} ${message}`);
  expect(told).toEqual(["request_id is required", "order is required"]);
  const deposit = create(DepositFundsRequestSchema, { requestId: "r", accountId: "a" });
  expect(refuseInvalid(DepositFundsRequestSchema, deposit)?.message).toBe("amount is required");
});

test("every pattern of the contract has words", () => {
  const root = new URL("../../../../proto/atlas/", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".proto"));
  const words = readFileSync(new URL("./violation-words.ts", import.meta.url), "utf8");
  const patterns = files.flatMap((name) =>
    [...readFileSync(new URL(name, root), "utf8").matchAll(/pattern[ =:]+("(?:[^"\\]|\\.)*")/g)].map(([, one]) => one),
  );
  expect(patterns.length).toBeGreaterThan(100);
  for (const pattern of new Set(patterns)) expect(words).toContain(`${pattern}:`);
});
