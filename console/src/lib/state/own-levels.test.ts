import { OrderSchema, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { levelKey, ownLevels } from "./own-levels.ts";

const ORDERS = (
  [
    [Side.BUY, "99.5", "1"],
    [Side.BUY, "99", "2"],
    [Side.SELL, "101.5", "3"],
    [Side.BUY, "", "9"],
  ] as const
).map(([side, limitPrice, leavesQuantity]) =>
  create(OrderSchema, { instrumentId: "A", side, limitPrice, leavesQuantity }),
);

function quantities(step: string | undefined): Record<string, string> {
  return Object.fromEntries([...ownLevels(ORDERS, "A", step)].map(([key, { quantity }]) => [key, quantity]));
}

test("own orders stand at their prices, or in the group that the depth puts them in", () => {
  const key = levelKey;
  expect(quantities(undefined)).toEqual({
    [key(Side.BUY, "99.5")]: "1",
    [key(Side.BUY, "99")]: "2",
    [key(Side.SELL, "101.5")]: "3",
  });
  expect(quantities("1")).toEqual({ [key(Side.BUY, "99")]: "3", [key(Side.SELL, "102")]: "3" });
  expect(ownLevels(ORDERS, "B", undefined).size).toBe(0);
});
