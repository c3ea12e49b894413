import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

const { ATLAS_URL = "http://127.0.0.1:8080", ATLAS_DATA = ".atlas", ATLAS_KEY } = process.env;
const key = ATLAS_KEY ?? readFileSync(`${ATLAS_DATA}/cli.key`, "utf8").trim();
const transport = createConnectTransport({ baseUrl: ATLAS_URL, httpVersion: "2" });
const orders = createClient(OrderService, transport);
const headers = { authorization: `Bearer ${key}` };

const requestId = randomUUID(); // kept: after a lost answer the same id asks for the same order
const terms = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.MARKET, quantity: "0.01" };
const { order } = await orders.submitOrder({ requestId, accountId: "demo", order: terms }, { headers });
const orderId = order?.orderId ?? "";
for (let tries = 0; tries < 50; tries++) {
  const { fills } = await orders.listFills({ accountId: "demo", orderId }, { headers });
  for (const { price, quantity } of fills) console.log(`${orderId}: ${quantity} at ${price}`);
  if (fills.length > 0) break;
  await sleep(100); // the venue has not said yet
}
