import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Findings } from "@atlas/cli/doctor/findings";
import { FundsMovement, type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { StoreItem } from "@atlas/platform/ports/store";
import { ORDERS_TABLE, REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { checkItems } from "./item-check.ts";
import { LogModel } from "./log-model.ts";
import { Losses } from "./losses.ts";

/** Its requests are the run's; the log has those of others, too. */
const [OWN, OTHER] = ["a", "b"];
const order = (orderId: string) => ({ order: { accountId: OWN, orderId } });
const deposit = { movement: FundsMovement.DEPOSIT, amounts: [{ asset: "USD", amount: "7" }] };
const limits = { limits: { maximumNotional: "7" } };

const EVENTS: readonly [accountId: string, requestId: string, event: object][] = [
  [OWN, "r1", { case: "orderAccepted", value: order("o1") }],
  [OWN, "r2", { case: "orderDenied", value: order("o2") }],
  [OTHER, "r3", { case: "orderAccepted", value: order("o3") }],
  [OWN, "r4", { case: "fundsMoved", value: deposit }],
  [OTHER, "r5", { case: "limitsSet", value: limits }],
  [OWN, "r6", { case: "workAdvanced", value: {} }],
  [OWN, "r7", { case: "cancelRequested", value: {} }],
  [OWN, "", { case: "fundsMoved", value: deposit }],
];

const keyOf = (accountId: string, requestId: string, shard = 3) =>
  orderIdOf(systemDigest(), shard, accountId, requestId);
const ORDERS = ["o1", "o2", "o3"];
const RECORDS = [keyOf(OWN, "r4"), keyOf(OTHER, "r5"), keyOf(OWN, "r6")];

/** What is found of such a log, in a store that holds these keys. */
async function found(orders: readonly string[], records: readonly string[]) {
  const log = new LogModel(new Set([OWN]));
  for (const [accountId, requestId, event] of EVENTS) {
    log.take(create(OrderEventSchema, { shard: "oms/3", accountId, requestId, event: event as OrderEvent["event"] }));
  }
  const keys = new Map([
    [ORDERS_TABLE, orders],
    [REQUESTS_TABLE, records],
  ]);
  async function* scan(table: string): AsyncGenerator<StoreItem> {
    for (const key of keys.get(table) ?? []) {
      yield { key, partition: OWN, sort: key, version: 1, body: new Uint8Array(0) };
    }
  }
  const findings = new Findings();
  const losses = new Losses(findings);
  await checkItems(scan, log, losses);
  return { lost: losses.lost, doubled: losses.doubled, texts: findings.all().map(({ text }) => text) };
}

test("I21: what the log made of any account may be in the store, whether it is or not", async () => {
  const text = "orders, fills, balances and used request ids that are answered and stored are those of the log";
  expect(await found(ORDERS, RECORDS)).toEqual({ lost: 0, doubled: 0, texts: [`6 ${text}`] });
  expect(await found([], [])).toEqual({ lost: 0, doubled: 0, texts: [`0 ${text}`] });
});

test("I21: an order that neither log nor history has is found", async () => {
  expect(await found([...ORDERS, "o4"], RECORDS)).toEqual({
    ...{ lost: 0, doubled: 1, texts: ["DynamoDB has order o4 of a, which the log has not"] },
  });
});

test.each([
  ["of a request that nobody made", keyOf(OWN, "r9")],
  ["of another shard", keyOf(OWN, "r4", 4)],
  ["of what is not made once", keyOf(OWN, "r7")],
  ["of what nobody asked for", keyOf(OWN, "")],
  ["of an order, whose item is its record", keyOf(OWN, "r1")],
])("I21: a record %s is found", async (_, key) => {
  expect(await found(ORDERS, [...RECORDS, key])).toEqual({
    ...{ lost: 0, doubled: 1, texts: [`DynamoDB has record of a request ${key} of a, which the log has not`] },
  });
});
