import type { PostingEntry } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { type Fill, type Order, type OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Clients } from "../rpc/clients.ts";
import { withPatience } from "../rpc/transport.ts";
import { type HistoryFilter, STATUSES, startOfPeriod } from "./history-filter.ts";
import type { HistorySource } from "./history-reads.ts";
import { postingKey } from "./posting-columns.ts";

/** A platform's lists, and what its clock says now, in milliseconds since the epoch: periods are told by it. */
export interface HistoryWorld {
  readonly clients: Clients;
  now(): number;
}

export function orderSource(world: HistoryWorld, accountId: string, filter: HistoryFilter): HistorySource<Order> {
  const { instrumentId, side } = filter;
  const statuses: OrderStatus[] = [...STATUSES[filter.status]];
  const period = new Period(world, filter.period);
  return {
    keyOf: ({ orderId }) => orderId,
    matches: (order) =>
      isWanted(order.side, side) &&
      (statuses.length === 0 || statuses.includes(order.status)) &&
      period.reaches(order.createTime),
    read: async (pageToken, pageSize, signal) => {
      const request = { accountId, instrumentId, statuses, startTime: period.start, pageToken, pageSize };
      const { orders, nextPageToken } = await world.clients.orders.listOrders(request, withPatience(signal));
      return { rows: orders, nextPageToken };
    },
  };
}

export function fillSource(world: HistoryWorld, accountId: string, filter: HistoryFilter): HistorySource<Fill> {
  const { instrumentId, side } = filter;
  const period = new Period(world, filter.period);
  return {
    keyOf: ({ executionId }) => executionId,
    matches: (fill) => isWanted(fill.side, side) && period.reaches(fill.occurredAt),
    read: async (pageToken, pageSize, signal) => {
      const request = { accountId, instrumentId, startTime: period.start, pageToken, pageSize };
      const { fills, nextPageToken } = await world.clients.orders.listFills(request, withPatience(signal));
      return { rows: fills, nextPageToken };
    },
  };
}

export function postingSource(
  world: HistoryWorld,
  accountId: string,
  filter: HistoryFilter,
): HistorySource<PostingEntry> {
  const { asset } = filter;
  const period = new Period(world, filter.period);
  return {
    keyOf: postingKey,
    matches: (entry) => period.reaches(entry.occurredAt),
    read: async (pageToken, pageSize, signal) => {
      const request = { accountId, asset, startTime: period.start, pageToken, pageSize };
      const { postings, nextPageToken } = await world.clients.accounts.listPostings(request, withPatience(signal));
      return { rows: postings, nextPageToken };
    },
  };
}

/** A stretch of time that ends now. Its start moves on with the clock. */
class Period {
  /** Where it started at first. The token of a page belongs to the request that it was told for, so all ask for the same. */
  readonly start: Timestamp | undefined;
  readonly #startNow: () => Timestamp | undefined;

  constructor(world: HistoryWorld, period: HistoryFilter["period"]) {
    this.#startNow = () => startOfPeriod(period, world.now());
    this.start = this.#startNow();
  }

  /** Whether it is of the period as it stands now. */
  reaches(time: Timestamp | undefined): boolean {
    const start = this.#startNow();
    return start === undefined || (time !== undefined && timestampMs(time) >= timestampMs(start));
  }
}

function isWanted(side: Side, wanted: Side): boolean {
  return wanted === Side.UNSPECIFIED || side === wanted;
}
