import type { PostingEntry } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { type Fill, type Order, type OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Clients } from "../rpc/clients.ts";
import { withPatience } from "../rpc/transport.ts";
import { type HistoryFilter, STATUSES, startOfPeriod } from "./history-filter.ts";
import type { HistorySource } from "./history-reads.ts";
import { postingKey } from "./posting-columns.ts";

export function orderSource(clients: Clients, accountId: string, filter: HistoryFilter): HistorySource<Order> {
  const { instrumentId, side } = filter;
  const statuses: OrderStatus[] = [...STATUSES[filter.status]];
  // Once: the token of a page belongs to the request that it was told for.
  const startTime = startOfPeriod(filter.period, Date.now());
  return {
    keyOf: ({ orderId }) => orderId,
    matches: (order) => isWanted(order.side, side) && (statuses.length === 0 || statuses.includes(order.status)),
    read: async (pageToken, pageSize, signal) => {
      const request = { accountId, instrumentId, statuses, startTime, pageToken, pageSize };
      const { orders, nextPageToken } = await clients.orders.listOrders(request, withPatience(signal));
      return { rows: orders, nextPageToken };
    },
  };
}

export function fillSource(clients: Clients, accountId: string, filter: HistoryFilter): HistorySource<Fill> {
  const { instrumentId, side } = filter;
  const startTime = startOfPeriod(filter.period, Date.now());
  return {
    keyOf: ({ executionId }) => executionId,
    matches: (fill) => isWanted(fill.side, side),
    read: async (pageToken, pageSize, signal) => {
      const request = { accountId, instrumentId, startTime, pageToken, pageSize };
      const { fills, nextPageToken } = await clients.orders.listFills(request, withPatience(signal));
      return { rows: fills, nextPageToken };
    },
  };
}

export function postingSource(clients: Clients, accountId: string, filter: HistoryFilter): HistorySource<PostingEntry> {
  const { asset } = filter;
  const startTime = startOfPeriod(filter.period, Date.now());
  return {
    keyOf: postingKey,
    matches: () => true,
    read: async (pageToken, pageSize, signal) => {
      const request = { accountId, asset, startTime, pageToken, pageSize };
      const { postings, nextPageToken } = await clients.accounts.listPostings(request, withPatience(signal));
      return { rows: postings, nextPageToken };
    },
  };
}

function isWanted(side: Side, wanted: Side): boolean {
  return wanted === Side.UNSPECIFIED || side === wanted;
}
