import { AccountSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import { ListAccountsRequestSchema } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  type AccountsQuery,
  type ReadRequest,
  ReadResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { AccountShards } from "@atlas/platform/query/account-shard";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import { pageToken } from "@atlas/platform/query/page";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, test } from "vitest";
import { listAccounts } from "./list-accounts.ts";

const SHARDS = 16;
const ALL = Array.from({ length: 100 }, (_, index) => `desk-${String(index).padStart(3, "0")}`);

/** What each shard was asked for, in the order of asking. */
let asked: { readonly shard: string; readonly query: AccountsQuery }[];
beforeEach(() => {
  asked = [];
});

const directory: ShardDirectory = {
  client: (shard) => ({
    read: async ({ query }: ReadRequest) => {
      if (query.case !== "accounts") throw new Error(`nobody asks for ${query.case} here`);
      asked.push({ shard, query: query.value });
      const { accountIds, after, limit } = query.value;
      const own = ALL.filter((accountId) => shards.shardOf(accountId) === shard);
      const above = own.filter((accountId) => accountId > after);
      const found = accountIds.length > 0 ? own.filter((one) => accountIds.includes(one)) : above.slice(0, limit);
      const accounts = found.map((accountId) => create(AccountSchema, { accountId }));
      const more = accountIds.length === 0 && above.length > limit;
      return create(ReadResponseSchema, { sequence: 5n, result: { case: "accounts", value: { accounts, more } } });
    },
    follow: () => ({ close: () => undefined }),
    resend: () => Promise.reject(new Error("never")),
  }),
};
const shards = new AccountShards(directory, SHARDS);
const queries = mergedAccountQueries(directory, memoryStore({ clock: manualClock() }), SHARDS);

/** A page as one with these roles and grants gets it. */
async function page(
  who: { roles?: Role[]; grants?: readonly string[] },
  request: { pageSize?: number; pageToken?: string },
) {
  const grants = (who.grants ?? []).map((accountId) => ({ accountId, role: Role.VIEWER }));
  const user = create(UserSchema, { userId: "ann", roles: who.roles ?? [], grants });
  const caller = { principal: create(PrincipalSchema, { userId: "ann" }), user, internal: false };
  const answer = await listAccounts(
    create(ListAccountsRequestSchema, request),
    { ...caller, deadline: 1_000, source: "test" },
    queries,
  );
  return { ...answer, ids: answer.accounts.map(({ accountId }) => accountId) };
}

async function pages(who: { roles?: Role[]; grants?: readonly string[] }, pageSize: number): Promise<string[][]> {
  const found: string[][] = [];
  for (let token = "", count = 0; count === 0 || token !== ""; count++) {
    expect(count).toBeLessThan(200);
    const { ids, nextPageToken } = await page(who, { pageSize, pageToken: token });
    found.push(ids);
    token = nextPageToken;
  }
  return found;
}

test("S24: for who is granted no account no shard is asked", async () => {
  expect(await page({}, {})).toMatchObject({ ids: [], nextPageToken: "", cursor: "accounts:0" });
  expect(asked).toEqual([]);
});

test("S24: for who is granted some the shards of these are asked, for these", async () => {
  const grants = ["desk-090", "desk-007", "desk-031", "desk-007"];
  expect((await page({ grants }, {})).ids).toEqual(["desk-007", "desk-031", "desk-090"]);
  expect(new Set(asked.map(({ shard }) => shard))).toEqual(new Set(grants.map((one) => shards.shardOf(one))));
  expect(asked.flatMap(({ query }) => query.accountIds).sort()).toEqual(["desk-007", "desk-031", "desk-090"]);
});

test("what is granted comes page by page, each account that there is once and in order", async () => {
  const grants = ["no-such", ...ALL.slice(20, 50), "desk-0335"];
  const found = await pages({ grants }, 7);
  expect(found.flat()).toEqual(ALL.slice(20, 50));
  expect(found.map(({ length }) => length)).toEqual([7, 7, 6, 7, 3]);
  expect(Math.max(...asked.map(({ query }) => query.accountIds.length))).toBeLessThanOrEqual(7);
});

test.each([1, 7, 100])("S24: who reads all gets them %i a page, of which no shard gives more", async (pageSize) => {
  const found = await pages({ roles: [Role.AUDITOR], grants: ["desk-007"] }, pageSize);
  expect(found.flat()).toEqual(ALL);
  expect(found.length).toBe(Math.ceil(ALL.length / pageSize));
  expect(asked.length).toBe(found.length * SHARDS);
  expect(new Set(asked.map(({ query }) => query.limit))).toEqual(new Set([pageSize]));
});

test.each(["x".repeat(65), "\u00ff"])("a token that stands behind no account is refused", async (position) => {
  const forged = pageToken(["accounts"], position);
  const refused = { refusal: { reason: Reason.BAD_PAGE_TOKEN } };
  await expect(page({ roles: [Role.ADMIN] }, { pageToken: forged })).rejects.toMatchObject(refused);
  expect(asked).toEqual([]);
});
