import type { StoreItem } from "@atlas/platform/ports/store";
import { ORDERS_TABLE, REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import type { LogModel } from "./log-model.ts";
import type { Losses } from "./losses.ts";

/** Every item of orders and used request ids, whoever's they are, is one that the log comes to: also one that nothing leads to (I21). */
export async function checkItems(
  scan: (table: string) => AsyncIterable<StoreItem>,
  log: LogModel,
  losses: Losses,
): Promise<void> {
  const rule = losses.rule(
    "I21",
    "orders, fills, balances and used request ids that are answered and stored are those of the log",
  );
  for (const [table, keys, kind] of [
    [ORDERS_TABLE, log.orderIds, "order"],
    [REQUESTS_TABLE, log.recordKeys, "record of a request"],
  ] as const) {
    for await (const { key, partition } of scan(table)) {
      rule.see();
      if (!keys.has(key)) losses.double(rule, `DynamoDB has ${kind} ${key} of ${partition}, which the log has not`);
    }
  }
}
