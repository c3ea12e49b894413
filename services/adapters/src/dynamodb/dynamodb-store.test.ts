import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { StoreItem } from "@atlas/platform/ports/store";
import { ORDERS_TABLE } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DynamodbStore, openDynamodbStore } from "./dynamodb-store.ts";

let server: Server;
let store: DynamodbStore;
/** Transactions that came. None of them is answered; all else is, as done. */
let transactions: number;

beforeEach(async () => {
  transactions = 0;
  server = createServer((request, response) => {
    if (String(request.headers["x-amz-target"]).endsWith(".TransactWriteItems")) transactions += 1;
    else response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
    request.resume();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  store = openDynamodbStore({ endpoint: `http://127.0.0.1:${port}`, region: "eu-west-1", credentials });
});

afterEach(async () => {
  await store.close();
  server.closeAllConnections();
  server.close();
});

const itemOf = (number: number): StoreItem => ({
  ...{ key: `oms/0/${number}`, partition: "oms/0", sort: `${number}`, version: 1 },
  body: new Uint8Array(10),
});

test("F6, S21: what is removed, and what is written for the first time, does not wait behind a backlog", async () => {
  const puts = Array.from({ length: 1_000 }, (_, number) => ({ table: ORDERS_TABLE, item: itemOf(number) }));
  const backlog = store.putAll(puts).catch(() => "refused");
  await expect.poll(() => transactions).toBe(4);
  await store.remove(SHARDS_TABLE, ["leases/process:gone"]);
  expect(await store.put(SHARDS_TABLE, { ...itemOf(0), key: "oms/0/manifest" })).toBe(true);
  expect(await Promise.race([backlog, Promise.resolve("waits")])).toBe("waits");
});
