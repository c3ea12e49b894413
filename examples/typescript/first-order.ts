import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

const key = readFileSync(".atlas/cli.key", "utf8").trim();
const transport = createConnectTransport({ baseUrl: "http://127.0.0.1:8080", httpVersion: "2" });
const orders = createClient(OrderService, transport);
const headers = { authorization: `Bearer ${key}` };

const requestId = randomUUID(); // kept: after a lost answer the same id asks for the same order
const terms = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.MARKET, quantity: "0.01" };
const { order } = await orders.submitOrder({ requestId, accountId: "demo", order: terms }, { headers });
const { fills } = await orders.listFills({ accountId: "demo", orderId: order?.orderId ?? "" }, { headers });
console.log(order?.orderId, fills.map(({ price, quantity }) => `${quantity} at ${price}`).join(", ") || "no fill yet");
