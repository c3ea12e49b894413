import { SubmitOrderRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { JsonValue } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { checkJson } from "./json-check.ts";

const ROWS: readonly [what: string, order: JsonValue, field: string, expected: string | undefined][] = [
  ["an enum's names", { side: "SIDE_STEAL" }, "order.side", "must be one of SIDE_BUY, SIDE_SELL"],
  ["an enum's names for a number", { side: 1.5 }, "order.side", "must be one of SIDE_BUY, SIDE_SELL"],
  [
    "a decimal that came as a number",
    { quantity: 0.01 },
    "order.quantity",
    'must be text in quotes, decimals too: "0.01"',
  ],
  ["text", { instrumentId: true }, "order.instrument_id", "must be text in quotes"],
  ["nothing of a message", { expireTime: 5 }, "order.expire_time", undefined],
];

test.each(ROWS)("says what a field takes: %s", (_what, order, field, expected) => {
  const problem = checkJson(SubmitOrderRequestSchema, { order }, true);
  expect(problem).toEqual({ field, unknown: false, ...(expected === undefined ? {} : { expected }) });
});
