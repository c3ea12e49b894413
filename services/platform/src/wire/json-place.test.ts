import { SubmitOrderRequestSchema, SubmitOrdersRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { expect, test } from "vitest";
import { findBreak } from "./json-place.ts";

test.each([
  ['{"requestId":"r","order":{"side":1,"quantity":NaN}}', "order.quantity"],
  ['{"order":{"quantity":"1","limitPrice":}}', "order.limit_price"],
  ['{"order":{"quantity":01x}}', "order.quantity"],
  ['{"order":{"quantity":"1', "order.quantity"],
  ['{"accountId":"a","account_id":"b"}', "account_id"],
  ['{"order":{"limitPrice":"5","limit_price":"6"}}', "order.limit_price"],
  ['{"foo":Infinity}', "foo"],
  ["not JSON", ""],
  ["", ""],
  ["[".repeat(1_000_000), "[0]".repeat(100)],
])("%s breaks in its place", (text, path) => {
  expect(findBreak(SubmitOrderRequestSchema, text)).toBe(path);
});

test("an element of a list carries its index", () => {
  const entry = '{"requestId":"r","order":{"quantity":"1"}}';
  expect(findBreak(SubmitOrdersRequestSchema, `{"entries":[${entry},{"order":{"quantity":NaN}}]}`)).toBe(
    "entries[1].order.quantity",
  );
});
