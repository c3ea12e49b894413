import { setTimeout as sleep } from "node:timers/promises";
import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { repeat } from "@atlas/cli/client/repeat";
import { collect } from "@atlas/cli/verbs/pages";
import type { Fill, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { differenceOf, stateOf } from "../load/order-state.ts";
import { e8 } from "./e8.ts";
import type { LogModel } from "./log-model.ts";
import type { Losses } from "./losses.ts";

const PATIENCE = 30_000;

/** What the platform answers of an account is what its log says: orders, fills, balances (I1, I5, I8, I21). */
export async function checkAnswers(
  atlas: AtlasClient,
  accountId: string,
  log: LogModel,
  losses: Losses,
): Promise<void> {
  const orders = await collect(Number.MAX_SAFE_INTEGER, (pageSize, pageToken) =>
    repeat(PATIENCE, async () => {
      const { orders, nextPageToken } = await atlas.orders.listOrders({ accountId, pageSize, pageToken });
      return { entries: orders, nextPageToken };
    }),
  );
  const fills = await collect(Number.MAX_SAFE_INTEGER, (pageSize, pageToken) =>
    repeat(PATIENCE, async () => {
      const { fills, nextPageToken } = await atlas.orders.listFills({ accountId, pageSize, pageToken });
      return { entries: fills, nextPageToken };
    }),
  );
  checkOrders(accountId, orders, log, losses);
  checkFills(accountId, fills, log, losses);
  await checkBalances(atlas, accountId, log, losses);
}

function checkOrders(accountId: string, orders: readonly Order[], log: LogModel, losses: Losses): void {
  const rule = losses.rule(
    "I21",
    "orders, fills, balances and used request ids that are answered and stored are those of the log",
  );
  const listed = new Set<string>();
  for (const order of orders) {
    const { orderId, version } = order;
    rule.see();
    if (listed.has(orderId)) losses.double(rule, `ListOrders of ${accountId} shows ${orderId} twice`);
    listed.add(orderId);
    const states = log.orders.get(orderId)?.states;
    const last = states?.at(-1);
    if (last === undefined) losses.double(rule, `ListOrders shows ${orderId}, which the log has not`);
    else if (Number(version) !== states?.length) {
      rule.broken(`ListOrders shows ${orderId} at version ${version}, the log ends at ${states?.length}`);
    } else {
      const difference = differenceOf(stateOf(order), last);
      if (difference !== "") rule.broken(`ListOrders shows ${orderId} with ${difference}`);
    }
  }
  for (const [orderId, { order }] of log.orders) {
    if (order.accountId === accountId && !listed.has(orderId)) losses.lose(rule, `ListOrders lacks ${orderId}`);
  }
}

function checkFills(accountId: string, fills: readonly Fill[], log: LogModel, losses: Losses): void {
  const rule = losses.rule(
    "I21",
    "orders, fills, balances and used request ids that are answered and stored are those of the log",
  );
  const listed = new Set<string>();
  for (const { executionId, price, quantity } of fills) {
    rule.see();
    if (listed.has(executionId)) losses.double(rule, `ListFills of ${accountId} shows ${executionId} twice`);
    listed.add(executionId);
    const logged = log.fills.get(executionId)?.fill;
    if (logged === undefined) losses.double(rule, `ListFills shows ${executionId}, which the log has not`);
    else if (logged.price !== price || logged.quantity !== quantity)
      rule.broken(`ListFills shows ${executionId} as other`);
  }
  for (const [executionId, one] of log.fills) {
    if (one.accountId === accountId && !listed.has(executionId)) losses.lose(rule, `ListFills lacks ${executionId}`);
  }
}

/** What was paid in and out, and what fills did, is what is there; nothing is reserved. */
async function checkBalances(
  { accounts }: AtlasClient,
  accountId: string,
  log: LogModel,
  losses: Losses,
): Promise<void> {
  const rule = losses.rule("I1", "balances are what was paid in and out and what fills moved");
  const due = log.available(accountId);
  const { balances } = await repeat(PATIENCE, () => accounts.listBalances({ accountId }));
  for (const asset of new Set([...due.keys(), ...balances.map((balance) => balance.asset)])) {
    rule.see();
    const found = balances.find((balance) => balance.asset === asset);
    const [available, reserved] = [e8(found?.available ?? ""), e8(found?.reserved ?? "")];
    if (available !== (due.get(asset) ?? 0n))
      rule.broken(`${accountId} has ${available} e-8 ${asset}, not ${due.get(asset)}`);
    if (reserved !== 0n) rule.broken(`${accountId} has ${reserved} e-8 ${asset} reserved, and no order is open`);
  }
}

/** Every order has ended, and the store shows all that the log has; rejects when that does not come. */
export async function untilAtRest(atlas: AtlasClient, accounts: readonly string[], patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    const missing = await notAtRest(atlas, accounts).catch((error: Error) => error.message);
    if (missing === "") return;
    if (performance.now() > deadline) throw new Error(`the platform does not come to rest: ${missing}`);
    await sleep(200);
  }
}

async function notAtRest({ orders, operations }: AtlasClient, accounts: readonly string[]): Promise<string> {
  for (const accountId of accounts) {
    const open = (await orders.listOrders({ accountId, openOnly: true })).orders;
    if (open.length > 0) return `${open.length} orders of ${accountId} are open, such as ${open[0]?.orderId}`;
  }
  const { shards } = await operations.getSystemState({});
  const away = shards.find(({ ready }) => !ready);
  return away === undefined ? "" : `${away.shard} is not ready`;
}
