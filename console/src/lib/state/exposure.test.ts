import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, test } from "vitest";
import { exposureOf } from "./exposure.ts";

test("exposure is what is held by the last price, before and after an order", () => {
  expect(exposureOf("2", "50000.5", Side.BUY, "0.5")).toEqual({ before: "100001", after: "125001.25" });
  expect(exposureOf("2", "50000.5", Side.SELL, "0.5")).toEqual({ before: "100001", after: "75000.75" });
  expect(exposureOf("2", "100", Side.SELL, "3")).toEqual({ before: "200", after: "0" });
});
