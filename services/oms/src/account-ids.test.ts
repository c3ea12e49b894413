import { OmsState } from "@atlas/domain/oms/oms-state";
import { ListAccountsRequestSchema } from "@atlas/gen/atlas/account/v1/account_service_pb";
import type { ReadRequest } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { AccountShards } from "@atlas/platform/query/account-shard";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { AccountIds } from "./account-ids.ts";
import { answerOms } from "./answer-oms.ts";
import { OmsShard } from "./oms-shard.ts";
import { Projection } from "./projection.ts";
import { digest } from "./testing/shard-flow.ts";

const SHARDS = 3;
const NAMES = Array.from({ length: 60 }, (_, index) => `desk-${(index * 37) % 60}`);
const inOrder = [...NAMES].sort();
const clock = manualClock();

let shards: OmsShard[];
/** How many accounts each answer gave. */
let given: number[];
beforeEach(() => {
  shards = Array.from({ length: SHARDS }, (_, partition) => new OmsShard(partition, 1));
  given = [];
  for (const name of NAMES) open(name);
});

const directory: ShardDirectory = {
  client: (name) => ({ read: async (request) => answer(name, request), follow: never, resend: never }),
};
const places = new AccountShards(directory, SHARDS);
const queries = mergedAccountQueries(directory, memoryStore({ clock }), SHARDS);

function never(): never {
  throw new Error("nobody asks for that here");
}

function open(accountId: string): void {
  const shard = shards.find(({ name }) => name === places.shardOf(accountId));
  shard?.state.addAccount(accountId, "ann", 5);
}

function answer(name: string, request: ReadRequest) {
  const shard = shards.find((one) => one.name === name) as OmsShard;
  const state = { name, partition: 0, openOrders: () => shard.openOrders(), balance: never };
  const ports = { log: memoryLog({ clock }), store: memoryStore({ clock }), clock, digest, warn: never };
  const projection = new Projection(ports, state);
  const response = answerOms(shard, projection, request, { outputs: [], inputOffset: 0 }, { digest, clock });
  if (response.result.case === "accounts") given.push(response.result.value.accounts.length);
  return response;
}

/** All pages; `between` runs behind each. */
async function pages(pageSize: number, between: (shown: string) => void = () => undefined): Promise<string[]> {
  const found: string[] = [];
  for (let token = "", count = 0; count === 0 || token !== ""; count++) {
    expect(count).toBeLessThan(200);
    const request = create(ListAccountsRequestSchema, { pageSize, pageToken: token });
    const { accounts, nextPageToken } = await queries.accounts(request, "all", 1_000);
    expect(accounts.length).toBeLessThanOrEqual(pageSize);
    found.push(...accounts.map(({ accountId }) => accountId));
    token = nextPageToken;
    between(found.at(-1) ?? "");
  }
  return found;
}

describe("lists of all accounts", () => {
  test.each([1, 7, 20, 60, 61])(
    "S24: %i a page: each once and in order, and no shard tells more than a page",
    async (size) => {
      expect(await pages(size)).toEqual(inOrder);
      expect(Math.max(...given)).toBeLessThanOrEqual(size);
    },
  );

  test("those that come meanwhile stand in their place, and hide none", async () => {
    let count = 0;
    const added: string[] = [];
    const found = await pages(7, (shown) => {
      // One before what was shown, one right behind it.
      open(`a-${count}`);
      added.push(`${shown}+${count++}`);
      if (count < 5) open(added.at(-1) as string);
    });
    expect(found).toEqual([...inOrder, ...added.slice(0, 4)].sort());
    expect(await pages(100)).toEqual([...found, ...Array.from({ length: count }, (_, index) => `a-${index}`)].sort());
  });
});

test("S24: who names accounts is told these, as far as they are there, and no others", async () => {
  const request = create(ListAccountsRequestSchema, {});
  const { accounts } = await queries.accounts(request, ["desk-7", "nobody", "desk-12"], 1_000);
  expect(accounts.map(({ accountId, ownerId }) => [accountId, ownerId])).toEqual([
    ["desk-12", "ann"],
    ["desk-7", "ann"],
  ]);
  expect(given.reduce((sum, count) => sum + count, 0)).toBe(2);
});

test("S20: a state that is cleared and filled anew has the ids that it holds then", () => {
  const state = new OmsState("oms/0", 1);
  const ids = new AccountIds(state);
  for (const accountId of ["b", "c", "a"]) state.addAccount(accountId, "ann", 5);
  expect(ids.above("", 2)).toEqual({ ids: ["a", "b"], more: true });
  expect(ids.above("b", 2)).toEqual({ ids: ["c"], more: false });
  state.clear();
  expect(ids.above("", 2)).toEqual({ ids: [], more: false });
  for (const accountId of ["z", "y", "b"]) state.addAccount(accountId, "ann", 5);
  expect(ids.above("", 3)).toEqual({ ids: ["b", "y", "z"], more: false });
});
