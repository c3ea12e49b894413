import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { AccountView } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Fill, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { ListFillsRequestSchema, ListOrdersRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import { type AccountShards, unknownAccount } from "@atlas/platform/query/account-shard";
import { sequenceOf } from "@atlas/platform/query/cursor";
import { advanceOrder, orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { isFinal } from "@atlas/platform/wire/order/final-status";
import { create } from "@bufbuild/protobuf";

/** Fills that a snapshot begins with, at most: it is one page of their list, which may be short. */
const SNAPSHOT_FILLS = 100;
const PAGE = 1_000;

/** Something of an account, and the sequence of its shard at which it was so. */
export interface At<Value> {
  readonly value: Value;
  readonly sequence: number;
}

/** The open orders of an account: each as it was at a sequence from the first page's up to the last one's. */
export interface OpenOrders {
  readonly orders: readonly Order[];
  /** Of the first page. */
  readonly sequence: number;
  /** Of the last. */
  readonly through: number;
}

/** The orders that are open at the last page's sequence, each as it is then. `events`: at least those since the first page. */
export function openAt({ orders, sequence, through }: OpenOrders, events: readonly OrderEvent[]): At<Order[]> {
  const open = new Map(orders.map((order) => [order.orderId, order]));
  for (const event of events) {
    if (Number(event.sequence) <= sequence || Number(event.sequence) > through) continue;
    const known = open.get(event.orderId) ?? orderMadeBy(event);
    if (known === undefined) continue;
    const order = advanceOrder(known, event);
    if (isFinal(order.status)) open.delete(order.orderId);
    else open.set(order.orderId, order);
  }
  return { value: [...open.values()], sequence: through };
}

/** Reads what stands in an account, for streams that begin. */
export class AccountSnapshots {
  readonly #shards: AccountShards;
  readonly #queries: AccountQueries;

  constructor(shards: AccountShards, queries: AccountQueries) {
    this.#shards = shards;
    this.#queries = queries;
  }

  /** Balances and positions. Rejects with UNKNOWN_ACCOUNT when there is no such account. */
  async view(accountId: string, deadline: number): Promise<At<AccountView>> {
    const query = { case: "account", value: { $typeName: "atlas.operations.v1.AccountQuery", accountId } } as const;
    const { result, sequence } = await this.#shards.ask({ accountId, notBefore: "" }, query, deadline);
    if (result.case !== "account" || result.value.account === undefined) throw unknownAccount(accountId);
    return { value: result.value, sequence: Number(sequence) };
  }

  /** Every open order, in pages that were read one after the other. */
  async openOrders(accountId: string, deadline: number): Promise<OpenOrders> {
    const orders: Order[] = [];
    let pageToken = "";
    let first: number | undefined;
    let last = 0;
    do {
      const request = create(ListOrdersRequestSchema, { accountId, openOnly: true, pageSize: PAGE, pageToken });
      const page = await this.#queries.orders(request, deadline);
      orders.push(...page.orders);
      last = sequenceOf(page.cursor, this.#shards.shardOf(accountId), "cursor");
      first ??= last;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return { orders, sequence: first, through: last };
  }

  /** The newest fills, oldest first. */
  async fills(accountId: string, instrumentId: string, deadline: number): Promise<At<Fill[]>> {
    const request = create(ListFillsRequestSchema, { accountId, instrumentId, pageSize: SNAPSHOT_FILLS });
    const { fills, cursor } = await this.#queries.fills(request, deadline);
    return { value: fills.toReversed(), sequence: sequenceOf(cursor, this.#shards.shardOf(accountId), "cursor") };
  }
}
