import { OrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { reservationsOf } from "./reservations.ts";

function order(orderId: string, amount: string, asset = "USD") {
  return create(OrderSchema, { orderId, reserved: { asset, amount } });
}

test("orders that lock an asset are listed by amount, and add up to what is reserved", () => {
  const open = [order("a", "10.5"), order("b", "7", "BTC"), order("c", "0"), order("d", "20"), create(OrderSchema, {})];
  const told = reservationsOf("USD", "30.5", open);
  expect(told.orders.map(({ orderId }) => orderId)).toEqual(["d", "a"]);
  expect([told.sum, told.otherwise, told.further]).toEqual(["30.5", "0", { count: 0, amount: "0" }]);
});

test("what no order explains is told, and so are those that are too many to list", () => {
  const open = Array.from({ length: 60 }, (_, index) => order(`o${index}`, `${index + 1}`));
  const told = reservationsOf("USD", "2000", open);
  expect(told.orders).toHaveLength(50);
  expect(told.orders[0]?.orderId).toBe("o59");
  expect([told.further, told.sum, told.otherwise]).toEqual([{ count: 10, amount: "55" }, "1830", "170"]);
});
