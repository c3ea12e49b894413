import { setTimeout as sleep } from "node:timers/promises";
import { StoredBalanceCodec, StoredHistoryCodec, StoredOrderCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import type { Store, StoreItem } from "@atlas/platform/ports/store";
import { BALANCES_TABLE, HISTORY_TABLE, ORDERS_TABLE } from "@atlas/platform/query/store-layout";
import { type ToldOrder, toldOf } from "../load/asked.ts";
import { differenceOf } from "../load/order-state.ts";
import { e8 } from "./e8.ts";
import type { LogModel } from "./log-model.ts";
import type { Losses } from "./losses.ts";

const PAGE = 1_000;

/**
 * What DynamoDB holds of an account, by `deadline` at the latest, is what its log says: no less, and no more of what the stored history
 * leads to (I21). `checkItems` finds an order that nothing leads to.
 */
export async function checkStore(
  store: Store,
  accountId: string,
  log: LogModel,
  losses: Losses,
  deadline: number,
): Promise<void> {
  const rule = losses.rule(
    "I21",
    "orders, fills, balances and used request ids that are answered and stored are those of the log",
  );
  let wrong = await differences(store, accountId, log);
  while (wrong.length > 0 && performance.now() < deadline) {
    await sleep(250);
    wrong = await differences(store, accountId, log);
  }
  rule.see(log.orders.size);
  for (const text of wrong) losses.lose(rule, text);
}

async function differences(store: Store, accountId: string, log: LogModel): Promise<string[]> {
  const stored = new Map<string, ToldOrder>();
  for (const orderId of await storedIds(store, accountId)) {
    const item = await store.get(ORDERS_TABLE, orderId);
    const order = item && decode(StoredOrderCodec, item.body).order;
    if (order === undefined) continue;
    stored.set(order.orderId, toldOf(order));
  }
  const wrong: string[] = [];
  for (const [orderId, { order, states }] of log.orders) {
    if (order.accountId !== accountId) continue;
    const found = stored.get(orderId);
    stored.delete(orderId);
    const last = states.at(-1);
    if (found?.version !== states.length || last === undefined) {
      wrong.push(`DynamoDB has ${orderId} at version ${found?.version}, the log at ${states.length}`);
      continue;
    }
    const difference = differenceOf(found, last);
    if (difference !== "") wrong.push(`DynamoDB has ${orderId} with ${difference}`);
  }
  for (const orderId of stored.keys()) wrong.push(`DynamoDB has ${orderId}, which the log has not`);
  const due = log.available(accountId);
  for await (const { body } of items(store, BALANCES_TABLE, accountId)) {
    const { balance } = decode(StoredBalanceCodec, body);
    const asset = balance?.asset ?? "";
    if (e8(balance?.reserved ?? "") !== 0n) wrong.push(`DynamoDB has ${asset} of ${accountId} reserved`);
    const available = e8(balance?.available ?? "");
    if (available !== (due.get(asset) ?? 0n)) {
      wrong.push(`DynamoDB has ${available} e-8 ${asset} of ${accountId}, not ${due.get(asset)}`);
    }
    due.delete(asset);
  }
  for (const [asset, amount] of due) {
    if (amount !== 0n) wrong.push(`DynamoDB lacks the ${asset} of ${accountId}`);
  }
  return wrong;
}

/** Every order that the stored history names. */
async function storedIds(store: Store, accountId: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { body } of items(store, HISTORY_TABLE, accountId)) {
    for (const { orderId } of decode(StoredHistoryCodec, body).events) if (orderId !== "") ids.add(orderId);
  }
  return ids;
}

async function* items(store: Store, table: string, partition: string): AsyncGenerator<StoreItem> {
  for (let from = ""; ; ) {
    const found = await store.query(table, { partition, from, limit: PAGE });
    yield* found;
    if (found.length < PAGE) return;
    from = `${found.at(-1)?.sort} `;
  }
}
