import type { OmsState } from "@atlas/domain/oms/oms-state";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type ShardState, ShardStateSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type {
  AccountList,
  AccountsQuery,
  EventsQuery,
  OrderEntry,
  OrdersQuery,
  ReadRequest,
  ReadResponse,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { OwnerPlace } from "@atlas/platform/progress/answer-state";
import { matches } from "@atlas/platform/query/list-orders";
import { pageSizeOf } from "@atlas/platform/query/page";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { stateHash } from "@atlas/platform/shard/state-hash";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { accountView, wireAccount } from "./account-view.ts";
import { answerPreview } from "./answer-preview.ts";
import type { OmsShard } from "./oms-shard.ts";
import type { OrderView } from "./order-views.ts";
import type { Projection } from "./projection.ts";
import { assetTotals, committed } from "./shard-totals.ts";

/**
 * Answers a read from the shard's state and from what the query store lacks. An account that is not here is answered without
 * a result.
 */
export function answerOms(
  shard: OmsShard,
  projection: Projection,
  request: ReadRequest,
  place: OwnerPlace,
  ports: { readonly digest: Digest; readonly clock: Clock },
): ReadResponse {
  return {
    $typeName: "atlas.operations.v1.ReadResponse",
    sequence: BigInt(shard.sequence),
    storedSequence: BigInt(projection.storedSequence),
    result: resultOf(shard, projection, request.query, place, ports),
  };
}

function resultOf(
  shard: OmsShard,
  projection: Projection,
  query: ReadRequest["query"],
  place: OwnerPlace,
  ports: { readonly digest: Digest; readonly clock: Clock },
): ReadResponse["result"] {
  const { state } = shard;
  switch (query.case) {
    case "order":
      return { case: "order", value: orderEntry(projection, query.value) };
    case "account": {
      const account = state.accounts.get(query.value.accountId);
      return account === undefined ? { case: undefined } : { case: "account", value: accountView(account) };
    }
    case "accounts":
      return { case: "accounts", value: accountsOf(shard, query.value) };
    case "orders":
      return ordersOf(state, projection, query.value);
    case "events":
      return eventsOf(state, projection, query.value);
    case "preview":
      return answerPreview(state, query.value, ports.clock.now());
    case "state":
      return { case: "state", value: stateOf(shard, projection, query.value.withStateHash, place, ports.digest) };
    default:
      throw refusal(Reason.INVALID_FIELD, `${shard.name} does not answer that`, { field: "query" });
  }
}

function orderEntry(projection: Projection, query: { accountId: string; orderId: string }): OrderEntry {
  const view = projection.views.get(query.orderId);
  const isTheirs = view !== undefined && (query.accountId === "" || view.order.accountId === query.accountId);
  return entryOf(isTheirs ? view : undefined);
}

function entryOf(view: OrderView | undefined): OrderEntry {
  return {
    $typeName: "atlas.operations.v1.OrderEntry",
    order: view?.order,
    acceptedSequence: BigInt(view?.acceptedSequence ?? 0),
  };
}

/** Bound by what is asked for, not by how many there are: whoever is signed in may ask, and who decides answers. */
function accountsOf({ state, accountIds }: OmsShard, query: AccountsQuery): AccountList {
  const limit = query.limit === 0 ? Number.MAX_SAFE_INTEGER : query.limit;
  const { ids, more } =
    query.accountIds.length > 0 ? { ids: query.accountIds, more: false } : accountIds.above(query.after, limit);
  const accounts = ids.flatMap((accountId) => state.accounts.get(accountId) ?? []).map(wireAccount);
  return { $typeName: "atlas.operations.v1.AccountList", accounts, more };
}

/** Newest first, as many as a page holds. */
function ordersOf(state: OmsState, projection: Projection, query: OrdersQuery): ReadResponse["result"] {
  const { filter } = query;
  if (filter === undefined || !state.accounts.has(filter.accountId)) return { case: undefined };
  const before = query.beforeSequence === 0n ? Number.MAX_SAFE_INTEGER : Number(query.beforeSequence);
  const most = pageSizeOf(filter.pageSize);
  const entries: OrderEntry[] = [];
  for (const view of projection.views.ofAccount(filter.accountId).reverse()) {
    if (entries.length === most) break;
    if (view.acceptedSequence < before && matches(view.order, filter)) entries.push(entryOf(view));
  }
  return { case: "orders", value: { $typeName: "atlas.operations.v1.OrderEntryList", entries } };
}

function eventsOf(state: OmsState, projection: Projection, query: EventsQuery): ReadResponse["result"] {
  const { accountId, beforeSequence, limit } = query;
  if (!state.accounts.has(accountId)) return { case: undefined };
  const below = beforeSequence === 0n ? Number.MAX_SAFE_INTEGER : Number(beforeSequence);
  const { events, more } = projection.history.ofAccount(
    accountId,
    below,
    limit === 0 ? Number.MAX_SAFE_INTEGER : limit,
  );
  return { case: "events", value: { $typeName: "atlas.operations.v1.OrderEventList", events, more } };
}

function stateOf(
  shard: OmsShard,
  projection: Projection,
  withHash: boolean,
  place: OwnerPlace,
  digest: Digest,
): ShardState {
  const { state } = shard;
  const links = state.incoming.all().filter(({ source }) => source.includes("/"));
  return create(ShardStateSchema, {
    shard: shard.name,
    inputOffset: BigInt(place.inputOffset),
    sequence: BigInt(shard.sequence),
    stateHash: withHash ? stateHash(shard.slabs, digest) : "",
    outputs: [...place.outputs],
    totals: assetTotals(state),
    links: links.map(({ source, number }) => ({ source, number: BigInt(number) })),
    accounts: BigInt(state.accounts.size),
    openOrders: BigInt(state.orders.size),
    storeLag: BigInt(projection.lag),
    ready: true,
    logTime: timestampOf(state.logTime),
    anomalies: BigInt(state.anomalies),
    committed: committed(state),
    engineVersion: state.engineVersion,
  });
}
