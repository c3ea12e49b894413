import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import type { StoreItem } from "@atlas/platform/ports/store";
import { ORDERS_TABLE } from "@atlas/platform/query/store-layout";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTables } from "./create-tables.ts";
import { openDynamodbStore } from "./dynamodb-store.ts";
import { scanTable } from "./table-scan.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-scan-"));
let dynamodb: Dynamodb;

beforeAll(async () => {
  dynamodb = await startDynamodb({ folder, keeps: false });
});
afterAll(async () => {
  await dynamodb?.process.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** More than the megabyte that one page of DynamoDB has. */
const ITEMS: readonly StoreItem[] = Array.from({ length: 25 }, (_, number) => ({
  ...{ key: `order-${number}`, partition: `account-${number % 3}`, sort: `${number}`, version: number + 1 },
  body: new Uint8Array(100_000).fill(number),
}));

test("a table's items are found without their keys, over several pages, each once and as it was written", async () => {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const access = { endpoint: dynamodb.endpoint, region: "us-east-1", credentials, prefix: "scan_" };
  await createTables(access, [ORDERS_TABLE]);
  const store = openDynamodbStore(access);
  await store.putAll(ITEMS.map((item) => ({ table: ORDERS_TABLE, item })));
  await store.close();
  const found: StoreItem[] = [];
  for await (const item of scanTable(access, ORDERS_TABLE)) found.push(item);
  const plain = (items: readonly StoreItem[]) =>
    items
      .map(({ body, ...place }) => ({ ...place, bytes: body.length, filledWith: body[0] }))
      .sort((one, other) => one.version - other.version);
  expect(plain(found)).toEqual(plain(ITEMS));
});
