import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "@atlas/adapters/sqlite/sqlite-store";
import { storedItems } from "@atlas/adapters/sqlite/store-database";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { memoryStore, type StoreFault } from "@atlas/platform/memory/memory-store";
import type { Clock } from "@atlas/platform/ports/clock";
import type { StoreItem, StorePut } from "@atlas/platform/ports/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyStore } from "./copy-store.ts";
import { markMove, refuseUnfinishedMove, unmarkMove } from "./unfinished-move.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-copy-store-"));
const clock: Clock = { ...systemClock(), after: (time, action) => systemClock().after(time / 1_000, action) };
const TABLES = ["atlas_orders", "atlas_history", "atlas_shards"] as const;

beforeAll(async () => {
  const store = await openSqliteStore(folder);
  await store.putAll(Array.from({ length: 900 }, (_, number) => put(number, 1)));
  await store.putAll(Array.from({ length: 300 }, (_, number) => put(3 * number, 7)));
  await store.remove("atlas_shards", ["order-8"]);
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(number: number, version: number): StorePut {
  const sort = `${number}`.padStart(4, "0");
  const body = new TextEncoder().encode(`${number} in version ${version}`);
  const item: StoreItem = { key: `order-${number}`, version, partition: `account-${number % 5}`, sort, body };
  return { table: TABLES[number % 3] as string, item };
}

const copyTo = (target: Parameters<typeof copyStore>[0]["target"]) =>
  copyStore({ target, clock, step: () => undefined }, storedItems(folder));

test("every item stands there as it stood, in its newest version", async () => {
  const target = memoryStore({ clock });
  expect([...(await copyTo(target))]).toEqual([
    ["atlas_orders", 300],
    ["atlas_history", 300],
    ["atlas_shards", 299],
  ]);
  expect(await target.get("atlas_orders", "order-3")).toEqual(put(3, 7).item);
  expect(await target.get("atlas_history", "order-1")).toEqual(put(1, 1).item);
  expect(await target.get("atlas_shards", "order-8")).toBeUndefined();
});

test("F6 a store that refuses, forgets to answer or stops halfway gets all of it", async () => {
  const faults: StoreFault[] = [
    { kind: "refused" },
    { kind: "cut-short", done: 100 },
    { kind: "answer-lost" },
    { kind: "delayed", milliseconds: 300 },
  ];
  const target = memoryStore({ clock, fault: () => faults.shift() });
  const counts = await copyTo(target);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(899);
  const all = await Promise.all([...storedItems(folder)].map(({ table, item }) => target.get(table, item.key)));
  expect(all).toEqual([...storedItems(folder)].map(({ item }) => item));
});

test("what stands there in an item's place is told", async () => {
  const target = memoryStore({ clock });
  await target.put("atlas_orders", { ...put(3, 8).item });
  await expect(copyTo(target)).rejects.toThrow("atlas_orders: what stands there as order-3 is not what stands here");
});

test("S20 nobody starts where half a platform stands", async () => {
  const target = memoryStore({ clock });
  await refuseUnfinishedMove(target);
  await markMove(target);
  await markMove(target);
  await expect(refuseUnfinishedMove(target)).rejects.toThrow("is not whole yet");
  await unmarkMove(target);
  await refuseUnfinishedMove(target);
});
