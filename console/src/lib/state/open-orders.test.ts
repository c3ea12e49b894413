import { type Order, OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { OpenOrders } from "./open-orders.ts";

function orderOf(orderId: string, version: number, status: OrderStatus = OrderStatus.LIVE, second = 0): Order {
  const createTime = { seconds: BigInt(second), nanos: 0 };
  return create(OrderSchema, { orderId, version: BigInt(version), status, createTime });
}

function printed(orders: OpenOrders): string {
  return orders
    .list()
    .map(({ orderId, version }) => `${orderId}/${version}`)
    .join(" ");
}

test("the newest stands first, whenever it was told", () => {
  const orders = new OpenOrders();
  orders.replace([orderOf("a", 1, OrderStatus.LIVE, 1), orderOf("c", 1, OrderStatus.LIVE, 3)]);
  orders.put(orderOf("b", 1, OrderStatus.LIVE, 2));
  expect(printed(orders)).toBe("c/1 b/1 a/1");
});

test("an answer that comes after a newer update changes nothing", () => {
  const orders = new OpenOrders();
  orders.put(orderOf("a", 3, OrderStatus.PARTIALLY_FILLED));
  expect(orders.put(orderOf("a", 1, OrderStatus.PENDING_SUBMIT))).toBe(false);
  expect(orders.put(orderOf("a", 3))).toBe(false);
  expect(printed(orders)).toBe("a/3");
});

test("an ended order goes, and a late answer does not bring it back", () => {
  const orders = new OpenOrders();
  orders.put(orderOf("a", 2));
  expect(orders.put(orderOf("a", 4, OrderStatus.FILLED))).toMatchObject({ before: { version: 2n } });
  expect(printed(orders)).toBe("");
  expect(orders.put(orderOf("a", 3, OrderStatus.PARTIALLY_FILLED))).toBe(false);
  expect(printed(orders)).toBe("");
});

test("a snapshot leaves nothing of what stood, but for what has ended since", () => {
  const orders = new OpenOrders();
  orders.put(orderOf("a", 1));
  orders.put(orderOf("b", 2, OrderStatus.CANCELED));
  orders.replace([orderOf("b", 1), orderOf("c", 1)]);
  expect(printed(orders)).toBe("c/1");
});
