import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { StoredRequestCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import type { StoredRequest } from "@atlas/gen/atlas/log/v1/order_store_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { beforeEach, expect, test } from "vitest";
import { modelOf } from "../model/log-model.ts";
import { readLog } from "../model/log-reading.ts";
import { Violations } from "../model/violations.ts";
import { checkNothingAhead } from "./nothing-ahead.ts";
import { checkUsedRequests } from "./used-requests.ts";

const TABLE = "atlas_idempotency";
const ACCOUNT = "ada";

let platform: MemoryPlatform;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  await platform.account(ACCOUNT, { USD: "1000", BTC: "1" });
  await platform.clock.advance(2_000);
});

/** What is stored of the first deposit, changed, under a key. */
async function store(change: Partial<StoredRequest>, key: string, version: number): Promise<void> {
  const { store } = platform.world;
  const [first] = await platform.run(store.query(TABLE, { partition: ACCOUNT, limit: 1 }));
  if (first === undefined) throw new Error("no deposit is stored");
  const body = encode(StoredRequestCodec, { ...decode(StoredRequestCodec, first.body), ...change });
  await platform.run(store.put(TABLE, { ...first, key: key || first.key, version, body }));
}

async function remove(): Promise<void> {
  const { store } = platform.world;
  const [first] = await platform.run(store.query(TABLE, { partition: ACCOUNT, limit: 1 }));
  await platform.run(store.remove(TABLE, [first?.key ?? ""]));
}

async function broken(): Promise<{ readonly ahead: string[]; readonly used: string[] }> {
  const ahead = new Violations();
  await checkNothingAhead(platform, ahead, [ACCOUNT]);
  const used = new Violations();
  await checkUsedRequests(platform, used, [ACCOUNT], modelOf(await readLog(platform), new Violations()));
  return { ahead: [...ahead.broken], used: [...used.broken] };
}

async function shard(): Promise<string> {
  const events = (await readLog(platform)).orderEvents.flatMap(({ message }) => message ?? []);
  return events.find(({ accountId }) => accountId === ACCOUNT)?.shard ?? "";
}

test("what is stored of used request ids breaks nothing", async () => {
  expect(await broken()).toEqual({ ahead: [], used: [] });
});

test("D27: a used request id is ahead of its log: I21 is broken, and seen", async () => {
  await store({ requestId: "ahead", eventId: `${await shard()}:9999` }, "ahead", 9999);
  expect(await broken()).toEqual({ ahead: ["I21"], used: ["I21"] });
});

test("D27: a request that was done is not stored as used: I6 is broken, and seen", async () => {
  await remove();
  expect(await broken()).toEqual({ ahead: [], used: ["I6"] });
});

test("D27: a used request id names another event than its own: I6 and I21 are broken, and seen", async () => {
  await store({ eventId: `${await shard()}:1` }, "", 9999);
  expect(await broken()).toEqual({ ahead: [], used: ["I21", "I6"] });
});
