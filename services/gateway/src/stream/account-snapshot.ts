import type { AccountView } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Fill, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { ListFillsRequestSchema, ListOrdersRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import { type AccountShards, unknownAccount } from "@atlas/platform/query/account-shard";
import { sequenceOf } from "@atlas/platform/query/cursor";
import { create } from "@bufbuild/protobuf";

/** Fills that a snapshot begins with. */
const SNAPSHOT_FILLS = 100;
const PAGE = 1_000;

/** Something of an account, and the sequence of its shard at which it was so. */
export interface At<Value> {
  readonly value: Value;
  readonly sequence: number;
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

  /** Every open order. Those of later pages may be newer than the sequence, which is the first page's; none is older. */
  async openOrders(accountId: string, deadline: number): Promise<At<Order[]>> {
    const orders: Order[] = [];
    let pageToken = "";
    let first: number | undefined;
    do {
      const request = create(ListOrdersRequestSchema, { accountId, openOnly: true, pageSize: PAGE, pageToken });
      const page = await this.#queries.orders(request, deadline);
      orders.push(...page.orders);
      first ??= sequenceOf(page.cursor, this.#shards.shardOf(accountId), "cursor");
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return { value: orders, sequence: first };
  }

  /** The newest fills, oldest first. */
  async fills(accountId: string, instrumentId: string, deadline: number): Promise<At<Fill[]>> {
    const request = create(ListFillsRequestSchema, { accountId, instrumentId, pageSize: SNAPSHOT_FILLS });
    const { fills, cursor } = await this.#queries.fills(request, deadline);
    return { value: fills.toReversed(), sequence: sequenceOf(cursor, this.#shards.shardOf(accountId), "cursor") };
  }
}
