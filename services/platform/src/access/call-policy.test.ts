import { OrderType, type Side } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  OrderService,
  SubmitOrderRequestSchema,
  SubmitOrdersRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { OrderSessionService, TradeRequestSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { create, type DescMethod, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { RefusalError } from "../refusal/refusal-error.ts";
import { checkMessage, policyOf } from "./call-policy.ts";

const { submitOrder, submitOrders } = OrderService.method;
const { trade } = OrderSessionService.method;
const order = { instrumentId: "X", side: 9 as Side, type: OrderType.LIMIT, quantity: "1", limitPrice: "1" };
const one = create(SubmitOrderRequestSchema, { requestId: "r", accountId: "a", order });
const many = create(SubmitOrdersRequestSchema, { accountId: "a", entries: [{ requestId: "r", order }] });
const strange = fromBinary(SubmitOrdersRequestSchema, toBinary(SubmitOrdersRequestSchema, many));
if (strange.entries[0]?.order) strange.entries[0].order.$unknown = [{ no: 99, wireType: 0, data: Uint8Array.of(1) }];

test.each<[string, DescMethod, Message, string | undefined]>([
  ["of an order is refused", submitOrder, one, "order.side"],
  ["of a batch's entry is left to the entry", submitOrders, many, undefined],
  [
    "on a session is left to the request",
    trade,
    create(TradeRequestSchema, { request: { case: "submit", value: one } }),
    undefined,
  ],
  ["beside an unknown field refuses the batch", submitOrders, strange, "entries[0].order.99"],
])("an unknown enum number %s", (_name, method, message, field) => {
  const policy = { ...policyOf(method), accountIds: undefined };
  let refused: unknown;
  try {
    checkMessage(policy, undefined, message);
  } catch (error) {
    refused = error;
  }
  expect(refused instanceof RefusalError ? refused.refusal.field : refused).toBe(field);
});
