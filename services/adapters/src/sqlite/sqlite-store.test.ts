import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStore } from "@atlas/platform/contract-suite/store-suite";
import { StoreDamaged, type StoreItem, StoreUnavailable } from "@atlas/platform/ports/store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqliteStore } from "./sqlite-store.ts";
import { verifyStoreFolder } from "./store-database.ts";

describeStore("SQLite", {
  async open() {
    const folder = mkdtempSync(join(tmpdir(), "atlas-store-"));
    const store = await openSqliteStore(folder, { tables: ["a", "b"] });
    return {
      store,
      async close() {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  tables: ["a", "b"],
});

describe("SQLite store", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "atlas-store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function item(number: number, size = 100): StoreItem {
    const body = new Uint8Array(size).fill(number);
    return { key: `key ${number}`, version: 1, partition: "p", sort: `${number}`.padStart(5, "0"), body };
  }

  test("holds after a restart what was acknowledged, and knows its tables", async () => {
    const store = await openSqliteStore(folder);
    await store.putAll([1, 2, 3].map((number) => ({ table: "atlas_orders", item: item(number) })));
    expect(await store.pragma("journal_mode")).toBe("wal");
    await expect(store.get("elsewhere", "k")).rejects.toThrow(RangeError);
    await store.close();
    await expect(store.get("atlas_orders", "key 1")).rejects.toThrow(StoreUnavailable);
    const again = await openSqliteStore(folder);
    expect((await again.get("atlas_orders", "key 2"))?.body).toEqual(item(2).body);
    await again.close();
  });

  test("keys whose hashes are equal are two keys", async () => {
    // CRC-32 of both is 0x4ddb0c25.
    const keys = ["plumless", "buckeroo"];
    const store = await openSqliteStore(folder);
    for (const [index, key] of keys.entries()) {
      await store.put("atlas_orders", { ...item(index), key });
    }
    expect(await Promise.all(keys.map((key) => store.get("atlas_orders", key).then((found) => found?.sort)))).toEqual([
      "00000",
      "00001",
    ]);
    await store.remove("atlas_orders", ["plumless"]);
    expect((await store.get("atlas_orders", "buckeroo"))?.key).toBe("buckeroo");
    await store.close();
  });

  test("F6 more than may wait is refused with nothing done, and taken again once there is room", async () => {
    const store = await openSqliteStore(folder, { pendingBytes: 100_000, pendingReads: 2 });
    const writes = await Promise.allSettled(
      [1, 2, 3, 4].map((number) => store.put("atlas_orders", item(number, 40_000))),
    );
    expect(writes.map((write) => write.status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
    const reads = await Promise.allSettled([1, 2, 3].map((number) => store.get("atlas_orders", `key ${number}`)));
    expect(reads.map((read) => read.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    for (const refused of [writes[3], reads[2]]) {
      expect((refused as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
    }
    expect(await store.get("atlas_orders", "key 3")).toBeUndefined();
    expect(await store.put("atlas_orders", item(3, 40_000))).toBe(true);
    await store.close();
  });

  test("F24 full: writes are refused with nothing done, reads go on, and it works again when there is space", async () => {
    const store = await openSqliteStore(folder);
    await store.put("atlas_orders", item(1));
    await store.pragma(`max_page_count = ${((await store.pragma("page_count")) as number) + 4}`);
    const puts = [2, 3, 4].map((number) => ({ table: "atlas_orders", item: item(number, 50_000) }));
    await expect(store.putAll(puts)).rejects.toThrow(StoreUnavailable);
    expect((await store.query("atlas_orders", { partition: "p", limit: 10 })).length).toBe(1);
    await store.pragma("max_page_count = 100000");
    await store.putAll(puts);
    expect((await store.query("atlas_orders", { partition: "p", limit: 10 })).length).toBe(4);
    await store.close();
  });

  test("F14 a flipped bit in an item is said to be damage, by get and by query, and no other item suffers", async () => {
    const store = await openSqliteStore(folder);
    await store.putAll([1, 2].map((number) => ({ table: "atlas_orders", item: item(number, 1_000) })));
    await store.close();
    const path = join(folder, "store.sqlite");
    const bytes = readFileSync(path);
    const at = bytes.indexOf(Buffer.alloc(1_000, 1)) + 500;
    bytes[at]! ^= 8;
    writeFileSync(path, bytes);
    const broken = await openSqliteStore(folder);
    await expect(broken.get("atlas_orders", "key 1")).rejects.toThrow(StoreDamaged);
    await expect(broken.query("atlas_orders", { partition: "p", limit: 10 })).rejects.toThrow(StoreDamaged);
    expect((await broken.get("atlas_orders", "key 2"))?.body).toEqual(item(2, 1_000).body);
    await broken.close();
    expect(() => verifyStoreFolder(folder)).toThrow(StoreDamaged);
  });
});
