import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { beforeAll, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";

const platform = new GatewayPlatform();
beforeAll(async () => void (await platform.start()));

describe("orders by unary calls", () => {
  test("an order is reserved, live, canceled", async () => {
    const orders = platform.client(OrderService);
    const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "100" };
    const submitted = await platform.run(orders.submitOrder({ requestId: "r1", accountId: "demo", order }));
    expect(submitted.order?.status).toBe(OrderStatus.PENDING_SUBMIT);
    await platform.clock.advance(500);
    const { order: live } = await platform.run(
      orders.getOrder({ accountId: "demo", orderId: submitted.order?.orderId ?? "" }),
    );
    expect(live?.status).toBe(OrderStatus.LIVE);
    const book = await platform.run(platform.client(MarketService).getBook({ instrumentId: "BTC-USD" }));
    expect(book.book?.asks.length).toBeGreaterThan(10);
    const { order: canceled } = await platform.run(
      orders.cancelOrder({ requestId: "r2", accountId: "demo", orderId: live?.orderId ?? "" }),
    );
    expect([OrderStatus.PENDING_CANCEL, OrderStatus.CANCELED]).toContain(canceled?.status);
    expect(platform.failures).toEqual([]);
  });
});
