import {
  type ListAccountsRequest,
  type ListAccountsResponse,
  ListAccountsResponseSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { type AccountsQuery, AccountsQuerySchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import type { AccountShards } from "./account-shard.ts";
import { badToken, pageSizeOf, pageToken, positionOf } from "./page.ts";

const FILTER = ["accounts"];

/** Whose accounts a caller may see: these, or everybody's. */
export type VisibleAccounts = readonly string[] | "all";

/** What the shards are asked for a page; `next`: the id behind which the next one begins, if that is known beforehand. */
interface Asked {
  readonly queries: ReadonlyMap<string, AccountsQuery>;
  readonly next: string | undefined;
}

/**
 * A page of accounts by id. Of everybody's, every shard is asked for no more than the page holds; of some, only the shards that they are
 * in, for those of the page: one that is named and is not there leaves it shorter.
 */
export async function listAccounts(
  shards: AccountShards,
  request: ListAccountsRequest,
  visible: VisibleAccounts,
  deadline: number,
): Promise<ListAccountsResponse> {
  const after = readPosition(positionOf(request.pageToken, FILTER));
  const size = pageSizeOf(request.pageSize);
  const { queries, next } = visible === "all" ? everybody(shards, after, size) : named(shards, visible, after, size);
  const answers = await Promise.all(
    [...queries].map(([shard, value]) => shards.askShard(shard, { case: "accounts", value }, deadline)),
  );
  const lists = answers.flatMap(({ result }) => (result.case === "accounts" ? [result.value] : []));
  const found = lists.flatMap(({ accounts }) => accounts);
  found.sort((left, right) => (left.accountId < right.accountId ? -1 : 1));
  const page = found.slice(0, size);
  const more = found.length > size || lists.some((list) => list.more);
  const last = next ?? (more ? page.at(-1)?.accountId : undefined);
  return create(ListAccountsResponseSchema, {
    accounts: page,
    nextPageToken: last === undefined ? "" : pageToken(FILTER, last),
    cursor: `accounts:${answers.reduce((sum, { sequence }) => sum + sequence, 0n)}`,
  });
}

function everybody(shards: AccountShards, after: string, limit: number): Asked {
  const query = create(AccountsQuerySchema, { after, limit });
  return { queries: new Map(shards.shards().map((shard) => [shard, query])), next: undefined };
}

function named(shards: AccountShards, visible: readonly string[], after: string, size: number): Asked {
  const rest = [...new Set(visible)].filter((accountId) => accountId > after).sort();
  const page = rest.slice(0, size);
  const queries = new Map<string, AccountsQuery>();
  for (const accountId of page) {
    const shard = shards.shardOf(accountId);
    const query = queries.get(shard);
    if (query === undefined) queries.set(shard, create(AccountsQuerySchema, { accountIds: [accountId] }));
    else query.accountIds.push(accountId);
  }
  return { queries, next: rest.length > size ? page.at(-1) : undefined };
}

function readPosition(position: string | undefined): string {
  if (position === undefined) return "";
  if (!/^[ -~]{1,64}$/.test(position)) throw badToken();
  return position;
}
