import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { StoredRequestCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import type { StoredRequest } from "@atlas/gen/atlas/log/v1/order_store_pb";
import { ImageManifestCodec, ShardOutputsCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { ImageManifestSchema, ShardOutputsSchema } from "@atlas/gen/atlas/log/v1/shard_image_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
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

const AHEAD = 9_999n;
const IMAGE = encode(ImageManifestCodec, create(ImageManifestSchema, { sequence: AHEAD }));
const OUTPUTS = encode(ShardOutputsCodec, create(ShardOutputsSchema, { eventsThrough: AHEAD }));

function outputsTo(destination: string, number: bigint): Uint8Array {
  return encode(ShardOutputsCodec, create(ShardOutputsSchema, { positions: [{ destination, number }] }));
}

test.each([
  ["an image", "oms/1", "manifest", IMAGE],
  ["what has left", "oms/1", "outputs", OUTPUTS],
  ["the place of its events", "oms/1", "outputs", outputsTo("orders.events", AHEAD)],
  ["an image", "control/0", "manifest", IMAGE],
  ["what has left", "control/0", "outputs", OUTPUTS],
  ["the place of its events", "control/0", "outputs", outputsTo("control.events", AHEAD)],
  ["an image", "identity/0", "manifest", IMAGE],
  ["what has left", "identity/0", "outputs", OUTPUTS],
  ["the place of its events", "identity/0", "outputs", outputsTo("identity.events", AHEAD)],
])("%s of %s is ahead of its log: I21 is broken, and seen", async (_what, shard, sort, body) => {
  const item = { key: `${shard}/${sort}`, version: 9_999, partition: shard, sort, body };
  await platform.run(platform.world.store.put("atlas_shards", item));
  expect(await broken()).toEqual({ ahead: ["I21"], used: [] });
});

test("what a link was sent is numbered by itself: no sequence of its shard's events", async () => {
  const body = outputsTo("venue/0", AHEAD);
  const item = { key: "oms/1/outputs", version: 9_999, partition: "oms/1", sort: "outputs", body };
  await platform.run(platform.world.store.put("atlas_shards", item));
  expect(await broken()).toEqual({ ahead: [], used: [] });
});
