import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { Findings } from "@atlas/cli/doctor/findings";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Order, OrderSchema, OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { LogModel } from "./log-model.ts";
import { Losses } from "./losses.ts";
import { checkAnswers } from "./platform-check.ts";

const MADE = create(OrderSchema, {
  ...{ orderId: "o1", accountId: "a", requestId: "r1", instrumentId: "CHAOS-USD", version: 1n },
  ...{ side: Side.BUY, type: OrderType.LIMIT, quantity: "3", limitPrice: "99.5" },
  ...{ status: OrderStatus.LIVE, cumulativeQuantity: "0", leavesQuantity: "3", fees: "0" },
});
/** As the log has it at version 2, which a replace has changed and a cancel ended. */
const PROGRESS = {
  ...{ status: OrderStatus.CANCELED, version: 2n, quantity: "4", cumulativeQuantity: "1", leavesQuantity: "0" },
  ...{ limitPrice: "98.5", fees: "0.05" },
};

/** What is found when the platform lists the order so. */
async function check(changes: Partial<Order>) {
  const log = new LogModel(new Set(["a"]));
  const head = { accountId: "a", orderId: "o1" };
  log.take(create(OrderEventSchema, { ...head, event: { case: "orderAccepted", value: { order: MADE } } }));
  log.take(create(OrderEventSchema, { ...head, event: { case: "orderCanceled", value: { progress: PROGRESS } } }));
  const listed = { ...MADE, ...PROGRESS, ...changes };
  const orders = {
    listOrders: async () => ({ orders: [listed], nextPageToken: "" }),
    listFills: async () => ({ fills: [], nextPageToken: "" }),
  };
  const accounts = { listBalances: async () => ({ balances: [] }) };
  const findings = new Findings();
  await checkAnswers({ orders, accounts } as unknown as AtlasClient, "a", log, new Losses(findings));
  return findings.all().flatMap(({ invariant, holds }) => (holds ? [] : [invariant]));
}

test("I21: an order that is listed as the log has it is fine", async () => {
  expect(await check({})).toEqual([]);
  expect(await check({ limitPrice: "98.50", fees: "0.050" })).toEqual([]);
});

test.each<Partial<Order>>([
  { version: 3n },
  { status: OrderStatus.FILLED },
  { cumulativeQuantity: "2" },
  { leavesQuantity: "1" },
  { limitPrice: "99.5" },
  { fees: "0" },
])("I21: an order that is listed with %o", async (changes) => {
  expect(await check(changes)).toEqual(["I21"]);
});
