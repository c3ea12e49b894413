import { StoredOrderCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import type { OrderEntry } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  type ListOrdersRequest,
  type ListOrdersResponse,
  ListOrdersResponseSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { decode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { orderMadeBy } from "../wire/order/advance-order.ts";
import { isFinal } from "../wire/order/final-status.ts";
import { LISTED_EVENTS, NO_BOUND, storedNewestFirst } from "./account-events.ts";
import { type AccountShards, unknownAccount } from "./account-shard.ts";
import { cursorOf } from "./cursor.ts";
import { numberIn, pageSizeOf, pageToken } from "./page.ts";
import { ORDERS_TABLE } from "./store-layout.ts";
import type { StoreReads } from "./store-reads.ts";

/** Orders read from the store at a time: as many as are wanted, within these. */
const FEWEST = 20;
const MOST = 100;

/** Orders of the store, newest first. */
interface StoredOrders {
  readonly entries: readonly OrderEntry[];
  /** Orders accepted before it have not been looked for; 0: all that is wanted was. */
  readonly from: bigint;
}

/** The same of orders whose items are still to be read. */
interface MadeOrders {
  readonly orderIds: readonly string[];
  readonly from: bigint;
}

const NOTHING: StoredOrders = { entries: [], from: 0n };

/**
 * A page of an account's orders, newest first. Open orders, and those that closed too lately for the store, come from the
 * owner; the store adds what is final there: an order that looks open in the store is the owner's to tell. Which orders there
 * were the account's history says, so that no order is written a second time for lists. Where that is not read to the end, what is older
 * waits for the next page, be it known already: a page shows everything between its first order and where the next one goes on.
 */
export async function listOrders(
  shards: AccountShards,
  store: StoreReads,
  request: ListOrdersRequest,
  deadline: number,
): Promise<ListOrdersResponse> {
  const filter = filterOf(request);
  const before = numberIn(request.pageToken, filter);
  const size = pageSizeOf(request.pageSize);
  const response = await shards.ask(
    request,
    {
      case: "orders",
      value: {
        $typeName: "atlas.operations.v1.OrdersQuery",
        filter: { ...request, pageSize: size + 1 <= 1_000 ? size + 1 : size },
        beforeSequence: BigInt(before ?? 0),
      },
    },
    deadline,
  );
  if (response.result.case !== "orders") throw unknownAccount(request.accountId);
  const known = response.result.value.entries;
  const stored = request.openOnly ? NOTHING : await storedOrders(store, request, before, size + 1);
  const entries = merged(known, stored.entries).filter(({ acceptedSequence }) => acceptedSequence >= stored.from);
  const page = entries.slice(0, size);
  const more = entries.length > size || (known.length >= size && page.length === size);
  const next = more ? (page.at(-1)?.acceptedSequence ?? 0n) : stored.from;
  return create(ListOrdersResponseSchema, {
    orders: page.map(({ order }) => order as Order),
    nextPageToken: next > 0n ? pageToken(filter, `${next}`) : "",
    cursor: cursorOf(shards.shardOf(request.accountId), response.sequence),
  });
}

async function storedOrders(
  store: StoreReads,
  request: ListOrdersRequest,
  before: number | undefined,
  wanted: number,
): Promise<StoredOrders> {
  // Of an order that goes on only the owner tells.
  if (request.statuses.length > 0 && !request.statuses.some(isFinal)) return NOTHING;
  const found: OrderEntry[] = [];
  const atOnce = Math.min(MOST, Math.max(FEWEST, wanted));
  for await (const { orderIds, from } of madeOrders(store, request, before ?? NO_BOUND, atOnce)) {
    const entries = await Promise.all(orderIds.map((orderId) => storedOrder(store, orderId)));
    for (const entry of entries) {
      if (entry?.order === undefined || !isFinal(entry.order.status) || !matches(entry.order, request)) continue;
      found.push(entry);
      if (found.length === wanted) return { entries: found, from: 0n };
    }
    if (from > 0n) return { entries: found, from };
  }
  return { entries: found, from: 0n };
}

/**
 * Ids of an account's orders as the stored history says, newest first, `atOnce` at a time; none that is older than asked for, and none
 * behind as many events as one call looks through.
 */
async function* madeOrders(
  store: StoreReads,
  { accountId, startTime }: ListOrdersRequest,
  below: number,
  atOnce: number,
): AsyncGenerator<MadeOrders> {
  let orderIds: string[] = [];
  let left = LISTED_EVENTS;
  for await (const event of storedNewestFirst(store, accountId, below)) {
    const order = orderMadeBy(event);
    if (isOlder(order, startTime)) break;
    if (left === 0) {
      yield { orderIds, from: event.sequence + 1n };
      return;
    }
    left -= 1;
    if (order === undefined) continue;
    orderIds.push(order.orderId);
    if (orderIds.length < atOnce) continue;
    yield { orderIds, from: 0n };
    orderIds = [];
  }
  if (orderIds.length > 0) yield { orderIds, from: 0n };
}

async function storedOrder(store: StoreReads, orderId: string): Promise<OrderEntry | undefined> {
  const item = await store.get(ORDERS_TABLE, orderId);
  if (item === undefined) return undefined;
  const { order, acceptedSequence } = decode(StoredOrderCodec, item.body);
  return { $typeName: "atlas.operations.v1.OrderEntry", acceptedSequence, ...(order && { order }) };
}

/** Both are newest first; of an order that is in both the higher version counts. */
function merged(known: readonly OrderEntry[], stored: readonly OrderEntry[]): OrderEntry[] {
  const byId = new Map(known.map((entry) => [entry.order?.orderId, entry]));
  for (const entry of stored) {
    const other = byId.get(entry.order?.orderId);
    if ((other?.order?.version ?? -1n) < (entry.order?.version ?? 0n)) byId.set(entry.order?.orderId, entry);
  }
  return [...byId.values()].sort((left, right) => Number(right.acceptedSequence - left.acceptedSequence));
}

/** Whether an order is what a list asks for. */
export function matches(order: Order, request: ListOrdersRequest): boolean {
  if (request.instrumentId !== "" && order.instrumentId !== request.instrumentId) return false;
  if (request.openOnly && isFinal(order.status)) return false;
  if (request.statuses.length > 0 && !request.statuses.includes(order.status)) return false;
  return !isOlder(order, request.startTime) && !isNewer(order, request.endTime);
}

function isOlder(order: Order | undefined, start: Timestamp | undefined): boolean {
  return start !== undefined && order?.createTime !== undefined && timestampMs(order.createTime) < timestampMs(start);
}

function isNewer(order: Order, end: Timestamp | undefined): boolean {
  return end !== undefined && order.createTime !== undefined && timestampMs(order.createTime) >= timestampMs(end);
}

function filterOf(request: ListOrdersRequest) {
  const { accountId, instrumentId, statuses, openOnly, startTime, endTime } = request;
  const time = (bound: Timestamp | undefined) => (bound === undefined ? "" : `${bound.seconds}.${bound.nanos}`);
  return ["orders", accountId, instrumentId, statuses.join(), openOnly, time(startTime), time(endTime)];
}
