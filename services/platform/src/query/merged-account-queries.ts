import {
  GetAccountResponseSchema,
  GetLimitsResponseSchema,
  ListBalancesResponseSchema,
  ListPositionsResponseSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Evidence, EvidenceSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { StoredOrderCodec, StoredRequestCodec, StorePositionCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import type { Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import {
  type GetOrderRequest,
  type GetOrderResponse,
  GetOrderResponseSchema,
  type PreviewOrderRequest,
  type PreviewOrderResponse,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { decode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import type { Store } from "../ports/store.ts";
import { refusal } from "../refusal/refusal-error.ts";
import { SHARDS_TABLE } from "../shard/output-positions.ts";
import type { ShardDirectory } from "../shard/shard-client.ts";
import { timestampOf } from "../wire/time.ts";
import type { AccountQueries } from "./account-queries.ts";
import { AccountShards, unknownAccount } from "./account-shard.ts";
import { cursorOf } from "./cursor.ts";
import { listAccounts } from "./list-accounts.ts";
import { listFills, listPostings } from "./list-history.ts";
import { listOrders } from "./list-orders.ts";
import { canceledBy, settledEvent } from "./settled-request.ts";
import { ORDERS_TABLE, REQUESTS_TABLE, storePositionKey } from "./store-layout.ts";
import { type StoreReads, storeReads } from "./store-reads.ts";

/** Answers from the owners of the accounts' shards and from the store (S22). `partitions`: of order shards. */
export function mergedAccountQueries(directory: ShardDirectory, asked: Store, partitions: number): AccountQueries {
  const shards = new AccountShards(directory, partitions);
  const store = storeReads(asked);
  return {
    order: (request, deadline) => getOrder(shards, store, request, deadline),
    orders: (request, deadline) => listOrders(shards, store, request, deadline),
    fills: (request, deadline) => listFills(shards, store, request, deadline),
    postings: (request, deadline) => listPostings(shards, store, request, deadline),
    accounts: (request, visible, deadline) => listAccounts(shards, request, visible, deadline),
    preview: (request, quote, deadline) => preview(shards, request, quote, deadline),
    evidence: (accountId, key) => evidence(store, shards.shardOf(accountId), accountId, key),
    settled: (request, deadline) => settledEvent(shards, store, request, deadline),
    canceledBy: (settled, deadline) => canceledBy(shards, store, settled, deadline),
    account: async (request, deadline) => {
      const { view, cursor } = await shards.account(request, deadline);
      return create(GetAccountResponseSchema, { account: view.account, cursor });
    },
    balances: async (request, deadline) => {
      const { view, cursor } = await shards.account(request, deadline);
      return create(ListBalancesResponseSchema, { balances: view.balances, cursor });
    },
    positions: async (request, deadline) => {
      const { view, cursor } = await shards.account(request, deadline);
      return create(ListPositionsResponseSchema, { positions: view.positions, cursor });
    },
    limits: async (request, deadline) => {
      const { view, cursor } = await shards.account(request, deadline);
      return create(GetLimitsResponseSchema, { limits: view.limits, cursor });
    },
  };
}

async function getOrder(
  shards: AccountShards,
  store: StoreReads,
  request: GetOrderRequest,
  deadline: number,
): Promise<GetOrderResponse> {
  const { accountId, orderId } = request;
  const query = { case: "order", value: { $typeName: "atlas.operations.v1.OrderQuery", accountId, orderId } } as const;
  const response = await shards.ask(request, query, deadline);
  const cursor = cursorOf(shards.shardOf(accountId), response.sequence);
  const known = response.result.case === "order" ? response.result.value.order : undefined;
  if (known !== undefined) return create(GetOrderResponseSchema, { order: known, cursor });
  const item = await store.get(ORDERS_TABLE, orderId);
  const order = item === undefined ? undefined : decode(StoredOrderCodec, item.body).order;
  if (order?.accountId === accountId) return create(GetOrderResponseSchema, { order, cursor });
  throw refusal(Reason.UNKNOWN_ORDER, `account ${accountId} has no order ${orderId}`, { field: "order_id" });
}

async function preview(
  shards: AccountShards,
  request: PreviewOrderRequest,
  quote: Quote | undefined,
  deadline: number,
): Promise<PreviewOrderResponse> {
  const { accountId } = request;
  const { result } = await shards.ask(
    { accountId, notBefore: "" },
    { case: "preview", value: { $typeName: "atlas.operations.v1.PreviewQuery", request, quote } },
    deadline,
  );
  if (result.case !== "preview") throw unknownAccount(accountId);
  return result.value;
}

/** The store's position first, then the item: what the item says then holds at that position at least (S18). */
async function evidence(store: StoreReads, shard: string, accountId: string, key: string): Promise<Evidence> {
  const place = await store.get(SHARDS_TABLE, storePositionKey(shard));
  const logTime = place === undefined ? 0 : Number(decode(StorePositionCodec, place.body).logTime);
  const digest = await usedDigest(store, accountId, key);
  return create(EvidenceSchema, {
    storeTime: timestampOf(logTime),
    absent: digest === undefined,
    ...(digest === undefined ? {} : { contentDigest: digest }),
  });
}

/** What the id was used for, by whatever method: an order, or another request. */
async function usedDigest(store: StoreReads, accountId: string, key: string): Promise<Uint8Array | undefined> {
  const [made, settled] = await Promise.all([store.get(ORDERS_TABLE, key), store.get(REQUESTS_TABLE, key)]);
  if (made !== undefined) {
    const { order, contentDigest } = decode(StoredOrderCodec, made.body);
    if (order?.accountId === accountId) return contentDigest;
  }
  if (settled === undefined) return undefined;
  const request = decode(StoredRequestCodec, settled.body);
  return request.accountId === accountId ? request.contentDigest : undefined;
}
