import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import type { Trader } from "./trader.ts";

type Listener = Pick<Trader, "accountId" | "heardThrough">;

/**
 * What a session has yet to be told of its account; empty: nothing. Whatever ends an order or fills it moves money, so that
 * once nothing is open the last posting stands at the account's last event.
 */
export async function behind({ orders, accounts }: AtlasClient, traders: readonly Listener[]): Promise<string> {
  for (const { accountId, heardThrough } of traders) {
    if (heardThrough === undefined) continue;
    const open = (await orders.listOrders({ accountId, openOnly: true })).orders;
    if (open.length > 0) return `${open.length} orders of ${accountId} are open, such as ${open[0]?.orderId}`;
    const { postings } = await accounts.listPostings({ accountId, pageSize: 1 });
    const last = Number(postings[0]?.sequence ?? 0n);
    if (heardThrough < last) return `the session of ${accountId} was told through ${heardThrough}, not ${last}`;
  }
  return "";
}
