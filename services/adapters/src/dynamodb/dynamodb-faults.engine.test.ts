import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import { StoreDamaged, type StoreItem, StoreUnavailable, WriteUnknown } from "@atlas/platform/ports/store";
import { ImageStore } from "@atlas/platform/shard/image-store";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTables } from "./create-tables.ts";
import { type DynamodbStore, openDynamodbStore } from "./dynamodb-store.ts";
import { keyAttributes, placeOf } from "./item-form.ts";
import { FaultyProxy } from "./testing/faulty-proxy.ts";

const SHARDS = "atlas_shards";
const folder = mkdtempSync(join(tmpdir(), "atlas-dynamodb-"));
let dynamodb: Dynamodb;
let proxy: FaultyProxy;
let store: DynamodbStore;
let prefix: string;
let opened = 0;

beforeAll(async () => {
  dynamodb = await startDynamodb({ folder });
});
afterAll(async () => {
  await dynamodb?.process.kill();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  opened += 1;
  prefix = `faults${opened}_`;
  await createTables(accessAt(dynamodb.endpoint));
  proxy = await new FaultyProxy(dynamodb.endpoint).listen();
  store = openDynamodbStore({ ...accessAt(proxy.endpoint), patience: 1_000 });
});
afterEach(async () => {
  await store.close();
  proxy.close();
});

function accessAt(endpoint: string) {
  return { endpoint, region: "us-east-1", credentials: { accessKeyId: "any", secretAccessKey: "any" }, prefix };
}

function item(number: number, version = 1): StoreItem {
  const sort = `${number}`.padStart(5, "0");
  return { key: `order ${number}`, version, partition: "a", sort, body: new Uint8Array([number, version]) };
}

/** Lets the first `times` requests of an operation go wrong. */
function fail(operation: string, fault: ReturnType<FaultyProxy["fault"]>, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  proxy.fault = (asked) => {
    if (asked !== operation || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

const puts = (numbers: readonly number[], version = 1) =>
  numbers.map((number) => ({ table: SHARDS, item: item(number, version) }));

test("F6 what is throttled is tried again; for longer than a call lasts it is refused, with nothing done", async () => {
  for (const operation of ["PutItem", "BatchWriteItem"]) {
    fail(operation, "throttled", 2);
    expect(await store.put(SHARDS, item(operation.length))).toBe(true);
  }
  fail("TransactWriteItems", "throttled", 2);
  await store.putAll(puts([1, 2, 3]));
  fail("BatchGetItem", "throttled", 2);
  expect((await store.get(SHARDS, "order 2"))?.body).toEqual(new Uint8Array([2, 1]));
  fail("TransactWriteItems", "throttled");
  await expect(store.putAll(puts([1, 4], 2))).rejects.toThrow(StoreUnavailable);
  // The way from the id comes first: an order that stands and is not found by its id would be made again.
  fail("BatchWriteItem", "throttled");
  await expect(store.putAll(puts([5]))).rejects.toThrow(StoreUnavailable);
  fail("PutItem", "throttled");
  await expect(store.put(SHARDS, item(1, 2))).rejects.toThrow(StoreUnavailable);
  fail("Query", "throttled");
  await expect(store.query(SHARDS, { partition: "a", limit: 10 })).rejects.toThrow(StoreUnavailable);
  proxy.fault = () => undefined;
  expect((await store.get(SHARDS, "order 1"))?.version).toBe(1);
  expect(await store.get(SHARDS, "order 4")).toBeUndefined();
  expect(await store.query(SHARDS, { partition: "a", from: "00004", to: "00006", limit: 10 })).toEqual([]);
});

test("a put whose answer is lost is unknown, not somebody else's; many are written again until it is known", async () => {
  fail("PutItem", "answer-lost", 1);
  await expect(store.put(SHARDS, item(1))).rejects.toThrow(WriteUnknown);
  expect((await store.get(SHARDS, "order 1"))?.version).toBe(1);
  fail("TransactWriteItems", "answer-lost", 1);
  await store.putAll(puts([1, 2, 3], 2));
  expect(await store.query(SHARDS, { partition: "a", limit: 10 })).toEqual([1, 2, 3].map((number) => item(number, 2)));
  fail("TransactWriteItems", "answer-lost");
  await expect(store.putAll(puts([4]))).rejects.toThrow(WriteUnknown);
});

test("S27 in one write each item is decided by itself, and the older one of two stays away", async () => {
  await store.putAll(puts([2, 4], 7));
  await store.putAll([...puts([1, 2, 3], 5), ...puts([4], 9)]);
  const versions = (await store.query(SHARDS, { partition: "a", limit: 10 })).map(({ version }) => version);
  expect(versions).toEqual([5, 7, 5, 9]);
});

test("items that a batch leaves undone are sent again: every item is found by its key", async () => {
  fail("BatchWriteItem", "half-done", 6);
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  await store.putAll(puts(numbers));
  for (const number of numbers) expect((await store.get(SHARDS, `order ${number}`))?.sort).toBe(item(number).sort);
  fail("BatchWriteItem", "half-done", 3);
  await store.remove(
    SHARDS,
    numbers.map((number) => `order ${number}`),
  );
  expect(await store.query(SHARDS, { partition: "a", limit: 100 })).toEqual([]);
});

test("S27 an order is one item however often it is written, found by its id, and no list of its table is asked for", async () => {
  for (const version of [1, 2, 3]) {
    await store.putAll([1, 2].map((number) => ({ table: "atlas_orders", item: item(number, version) })));
  }
  expect(proxy.asked).toEqual(["TransactWriteItems", "TransactWriteItems", "TransactWriteItems"]);
  expect(await store.put("atlas_orders", item(1, 2))).toBe(false);
  expect(await store.get("atlas_orders", "order 1")).toEqual(item(1, 3));
  expect(await store.get("atlas_orders", "order 3")).toBeUndefined();
  await expect(store.query("atlas_orders", { partition: "a", limit: 10 })).rejects.toThrow(RangeError);
  await store.remove("atlas_orders", ["order 1", "order 3"]);
  expect(await store.get("atlas_orders", "order 1")).toBeUndefined();
  expect(await store.get("atlas_orders", "order 2")).toEqual(item(2, 3));
});

test("what is asked for in one turn is asked in one request, each key once, and each gets its own", async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  await store.putAll(numbers.map((number) => ({ table: "atlas_orders", item: item(number) })));
  proxy.asked.length = 0;
  const asked = [...numbers.slice(0, 99), 500, 7, 500];
  const found = await Promise.all(asked.map((number) => store.get("atlas_orders", `order ${number}`)));
  expect(found).toEqual(asked.map((number) => (number < 100 ? item(number) : undefined)));
  expect(proxy.asked).toEqual(["BatchGetItem", "BatchGetItem"]);
});

test("items that are too much for one answer come with the next ones", async () => {
  const large = (number: number) => ({ ...item(number), body: new Uint8Array(350_000).fill(number) });
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  for (const number of numbers) await store.put("atlas_orders", large(number));
  proxy.asked.length = 0;
  const found = await Promise.all(numbers.map((number) => store.get("atlas_orders", `order ${number}`)));
  expect(found.map((one) => [one?.key, one?.body.length, one?.body[0]])).toEqual(
    numbers.map((number) => [`order ${number}`, 350_000, number]),
  );
  expect(proxy.asked.length).toBeGreaterThan(1);
  expect(new Set(proxy.asked)).toEqual(new Set(["BatchGetItem"]));
});

test("an item that its key does not lead to is two, and the way to it is written once", async () => {
  for (const version of [1, 2, 3]) await store.putAll(puts([1, 2], version));
  expect(proxy.asked.filter((operation) => operation === "BatchWriteItem")).toHaveLength(1);
  expect(proxy.asked.filter((operation) => operation === "TransactWriteItems")).toHaveLength(3);
});

test("keys that say their place need no second item; a table without second items refuses other keys", async () => {
  const implied = { key: "demo/BTC", version: 1, partition: "demo", sort: "BTC", body: new Uint8Array([1]) };
  await store.put("atlas_balances", implied);
  expect(proxy.asked).toEqual(["PutItem"]);
  expect(await store.get("atlas_balances", "demo/BTC")).toEqual(implied);
  const odd = { ...implied, key: "demo/a/b", sort: "a/b" };
  await store.put("atlas_balances", odd);
  expect(await store.get("atlas_balances", "demo/a/b")).toEqual(odd);
  await store.remove("atlas_balances", ["demo/BTC", "demo/a/b", "no/such"]);
  expect(await store.query("atlas_balances", { partition: "demo", limit: 10 })).toEqual([]);
  await store.put("atlas_history", { ...implied, key: "oms/3/demo/1", sort: "0000000000000001" });
  expect(await store.query("atlas_history", { partition: "demo", limit: 10 })).toHaveLength(1);
  await expect(store.get("atlas_history", "plain")).rejects.toThrow(RangeError);
  await expect(store.get("elsewhere", "key")).rejects.toThrow(RangeError);
});

test("F12 while DynamoDB is away everything says so, and what was acknowledged is there when it is back", async () => {
  const direct = openDynamodbStore({ ...accessAt(dynamodb.endpoint), patience: 500 });
  await direct.putAll(puts([1, 2]));
  await dynamodb.process.stop();
  await expect(direct.get(SHARDS, "order 1")).rejects.toThrow(StoreUnavailable);
  await expect(direct.put(SHARDS, item(3))).rejects.toThrow(StoreUnavailable);
  await expect(direct.putAll(puts([3, 4]))).rejects.toThrow(StoreUnavailable);
  await dynamodb.process.start();
  expect(await direct.query(SHARDS, { partition: "a", limit: 10 })).toEqual([item(1), item(2)]);
  expect(await direct.put(SHARDS, item(3))).toBe(true);
  await direct.close();
  await expect(direct.get(SHARDS, "order 1")).rejects.toThrow("the store is closed");
});

test("F14 an item that is not what was written is said to be damaged, by get and by query", async () => {
  await store.putAll(puts([1, 2]));
  const { credentials, region } = accessAt("");
  const client = new DynamoDBClient({ endpoint: dynamodb.endpoint, region, credentials });
  await client.send(
    new UpdateItemCommand({
      TableName: prefix + SHARDS,
      Key: keyAttributes(placeOf(item(1))),
      UpdateExpression: "SET b = :b",
      ExpressionAttributeValues: { ":b": { B: new Uint8Array([9]) } },
    }),
  );
  client.destroy();
  await expect(store.get(SHARDS, "order 1")).rejects.toThrow(StoreDamaged);
  await expect(store.query(SHARDS, { partition: "a", limit: 10 })).rejects.toThrow(StoreDamaged);
  expect(await store.get(SHARDS, "order 2")).toEqual(item(2));
});

test("F6 more than may wait is refused with nothing done", async () => {
  const small = openDynamodbStore({ ...accessAt(dynamodb.endpoint), pendingBytes: 100_000 });
  const large = (number: number) => ({ ...item(number), body: new Uint8Array(60_000) });
  const outcomes = await Promise.allSettled([1, 2].map((number) => small.put(SHARDS, large(number))));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
  expect(await small.get(SHARDS, "order 2")).toBeUndefined();
  await small.close();
});

test("S19 an image of many chunks comes back, and the one before it is taken away", async () => {
  const images = new ImageStore(store, "oms/3", "writer");
  const bytes = Uint8Array.from({ length: 700_000 }, (_, index) => index * 7);
  expect(
    await images.write([{ key: "a", stamp: 5, bytes }], { sequence: 5, eventsOffset: 1, nextInput: undefined }),
  ).toBe(true);
  const newer = bytes.map((byte) => byte ^ 255);
  expect(
    await images.write([{ key: "a", stamp: 9, bytes: newer }], { sequence: 9, eventsOffset: 2, nextInput: undefined }),
  ).toBe(true);
  const again = new ImageStore(store, "oms/3", "another");
  const manifest = await again.manifest();
  expect(manifest?.sequence).toBe(9n);
  expect(await again.slab(manifest!.slabs[0]!)).toEqual(newer);
  const kept = await store.query("atlas_shards", {
    partition: "oms/3",
    from: "oms/3/slab/",
    to: "oms/3/slab0",
    limit: 100,
  });
  expect(kept).toHaveLength(3);
});

test("a start on tables that stand asks for none to be made, whoever may not make any or is kept waiting", async () => {
  await createTables(accessAt(proxy.endpoint));
  expect([...new Set(proxy.asked)]).toEqual(["DescribeTable"]);
});
