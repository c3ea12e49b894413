import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dynamodb, startDynamodb } from "@atlas/engines/dynamodb";
import { describeStore } from "@atlas/platform/contract-suite/store-suite";
import { afterAll, beforeAll } from "vitest";
import { createTables } from "./create-tables.ts";
import { openDynamodbStore } from "./dynamodb-store.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-dynamodb-"));
let dynamodb: Dynamodb;
let opened = 0;

beforeAll(async () => {
  dynamodb = await startDynamodb({ folder, keeps: false });
});
afterAll(async () => {
  await dynamodb?.process.kill();
  rmSync(folder, { recursive: true, force: true });
});

describeStore("DynamoDB", {
  async open() {
    opened += 1;
    const { endpoint } = dynamodb;
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const access = { endpoint, region: "us-east-1", credentials, prefix: `suite${opened}_` };
    await createTables(access, ["atlas_balances", "atlas_shards"]);
    const store = openDynamodbStore(access);
    return { store, close: () => store.close() };
  },
  tables: ["atlas_balances", "atlas_shards"],
});
