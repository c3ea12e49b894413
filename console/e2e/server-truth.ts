import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { requestId } from "@atlas/cli/client/request-id";
import { type Order, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect } from "@playwright/test";

/** The account that the local user trades for. */
export const ACCOUNT = "demo";

export async function ordersOf(atlas: AtlasClient, openOnly: boolean): Promise<readonly Order[]> {
  const { orders } = await atlas.orders.listOrders({ accountId: ACCOUNT, openOnly, pageSize: 1_000 });
  return orders;
}

/** Available and reserved by asset, as decimals. */
export async function balancesOf(atlas: AtlasClient): Promise<ReadonlyMap<string, readonly [string, string]>> {
  const { balances } = await atlas.accounts.listBalances({ accountId: ACCOUNT });
  return new Map(balances.map(({ asset, available, reserved }) => [asset, [available, reserved] as const]));
}

/** Places an order as another client of the same account would. */
export async function placeLimit(
  atlas: AtlasClient,
  quantity: string,
  limitPrice: string,
  instrumentId = "BTC-USD",
): Promise<Order> {
  const order = {
    instrumentId,
    side: Side.BUY,
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.GTC,
    quantity,
    limitPrice,
  };
  const answer = await atlas.orders.submitOrder({ requestId: requestId(), accountId: ACCOUNT, order });
  if (answer.order === undefined) throw new Error("no order was answered");
  return answer.order;
}

export async function cancel(atlas: AtlasClient, orderId: string): Promise<void> {
  await atlas.orders.cancelOrder({ requestId: requestId(), accountId: ACCOUNT, orderId });
}

/** Cancels all that is open; it has gone from the venues too when this resolves. */
export async function cancelOpen(atlas: AtlasClient): Promise<void> {
  await atlas.orders.cancelOrders({ requestId: requestId(), accountId: ACCOUNT });
  await expect.poll(() => ordersOf(atlas, true)).toEqual([]);
}

/** A decimal as the desk writes it: thousands separated, cut to so many places. */
export function written(decimal: string, places: number): string {
  const [whole = "0", part = ""] = decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return places === 0 ? grouped : `${grouped}.${part.slice(0, places).padEnd(places, "0")}`;
}
