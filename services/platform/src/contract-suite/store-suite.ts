import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MOST_ITEM_BYTES, type Store, type StoreItem, type StoreQuery } from "../ports/store.ts";

/** An open store whose tables are empty. */
export interface StoreUnderTest {
  readonly store: Store;
  close(): Promise<void>;
}

export interface StoreSuiteOptions {
  open(): Promise<StoreUnderTest>;
  /** Two tables that the store has. */
  readonly tables: readonly [string, string];
}

/** Every promise of the store port, one test each. */
export function describeStore(name: string, options: StoreSuiteOptions): void {
  describe(`store port: ${name}`, () => {
    const [A, B] = options.tables;
    let opened: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      opened = await options.open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    async function sorts(query: Partial<StoreQuery>): Promise<string[]> {
      const items = await store.query(A, { partition: "p", limit: 1_000, ...query });
      return items.map((found) => found.sort);
    }

    test("absent is undefined, and an empty query empty", async () => {
      expect(await store.get(A, "nothing")).toBeUndefined();
      expect(await store.query(A, { partition: "p", limit: 10 })).toEqual([]);
      await store.remove(A, ["nothing"]);
    });

    test("an item comes back as it was put, in its own table only", async () => {
      const items = [
        item("k", 0, { body: new Uint8Array(0) }),
        item("another key/with:signs", Number.MAX_SAFE_INTEGER, { partition: "ü", sort: "\u{1f600}" }),
        item("x".repeat(200), 7, { body: Uint8Array.from({ length: 300_000 }, (_, index) => index * 13) }),
      ];
      for (const put of items) expect(await store.put(A, put)).toBe(true);
      for (const put of items) {
        expectSame(await store.get(A, put.key), put);
        expect(await store.get(B, put.key)).toBeUndefined();
      }
    });

    test("a body of as many bytes as an item may have comes back; of one more nothing is written, nor of what came with it", async () => {
      const most = item("k".repeat(200), 1, { sort: "s".repeat(200), body: new Uint8Array(MOST_ITEM_BYTES).fill(7) });
      await store.putAll([{ table: A, item: most }]);
      expectSame(await store.get(A, most.key), most);
      expect(await sorts({})).toEqual([most.sort]);
      const above = item("above", 1, { body: new Uint8Array(MOST_ITEM_BYTES + 1) });
      await expect(store.put(A, above)).rejects.toThrow(RangeError);
      const both = [item("beside", 1), above].map((put) => ({ table: A, item: put }));
      await expect(store.putAll(both)).rejects.toThrow(RangeError);
      expect(await store.get(A, "above")).toBeUndefined();
      expect(await store.get(A, "beside")).toBeUndefined();
    });

    test("S27 an older or equal version never replaces a newer one", async () => {
      const rows = [
        { version: 5, body: "five", written: true },
        { version: 4, body: "four", written: false },
        { version: 5, body: "again", written: false },
        { version: 6, body: "six", written: true },
        { version: 9, body: "nine", written: true },
        { version: 8, body: "eight", written: false },
      ];
      let standing = "";
      for (const row of rows) {
        expect(await store.put(A, item("k", row.version, { body: text(row.body) }))).toBe(row.written);
        if (row.written) standing = row.body;
        expectSame(
          await store.get(A, "k"),
          item("k", (await store.get(A, "k"))?.version ?? -1, { body: text(standing) }),
        );
      }
    });

    test("putAll decides for each item by itself, later ones of the same key included", async () => {
      await store.put(A, item("old", 5, { body: text("kept") }));
      await store.putAll([
        { table: A, item: item("old", 4, { body: text("stale") }) },
        { table: A, item: item("new", 1, { body: text("first") }) },
        { table: B, item: item("new", 3, { body: text("other table") }) },
        { table: A, item: item("new", 2, { body: text("second") }) },
        { table: A, item: item("new", 1, { body: text("late") }) },
      ]);
      expectSame(await store.get(A, "old"), item("old", 5, { body: text("kept") }));
      expectSame(await store.get(A, "new"), item("new", 2, { body: text("second") }));
      expectSame(await store.get(B, "new"), item("new", 3, { body: text("other table") }));
    });

    test("putAll takes 1,000 items; done again it changes nothing", async () => {
      const puts = Array.from({ length: 1_000 }, (_, index) => ({
        table: A,
        item: item(`key ${index}`, index, { sort: pad(index), body: text(`body ${index}`) }),
      }));
      await store.putAll(puts);
      await store.putAll(puts);
      expect(await sorts({})).toEqual(puts.map((put) => put.item.sort));
      for (const index of [0, 1, 499, 998, 999]) {
        expectSame(await store.get(A, `key ${index}`), puts[index]?.item as StoreItem);
      }
    });

    test("reads see every write acknowledged before they were asked", async () => {
      for (let version = 0; version < 50; version += 1) {
        await store.put(A, item("k", version, { body: text(`${version}`) }));
        const [got, [found]] = await Promise.all([store.get(A, "k"), store.query(A, { partition: "p", limit: 1 })]);
        expect(got?.version).toBe(version);
        expect(found?.version).toBe(version);
      }
    });

    test("of many writers at once to one key the highest version stands", async () => {
      const versions = Array.from({ length: 60 }, (_, index) => (index * 37) % 60);
      await Promise.all(versions.map((version) => store.put(A, item("k", version, { body: text(`${version}`) }))));
      expectSame(await store.get(A, "k"), item("k", 59, { body: text("59") }));
    });

    describe("a query", () => {
      const rows: { name: string; query: Partial<StoreQuery>; expected: string[] }[] = [
        { name: "yields the whole partition in sort order", query: {}, expected: ["a", "a1", "b", "c", "d", "ä"] },
        { name: "backwards", query: { descending: true }, expected: ["ä", "d", "c", "b", "a1", "a"] },
        { name: "from, inclusive", query: { from: "b" }, expected: ["b", "c", "d", "ä"] },
        { name: "to, exclusive", query: { to: "b" }, expected: ["a", "a1"] },
        { name: "from and to", query: { from: "a0", to: "d" }, expected: ["a1", "b", "c"] },
        { name: "from above to", query: { from: "d", to: "b" }, expected: [] },
        { name: "limit", query: { limit: 2 }, expected: ["a", "a1"] },
        { name: "limit, backwards, from the end", query: { limit: 2, descending: true }, expected: ["ä", "d"] },
        {
          name: "bounds and limit, backwards",
          query: { from: "a1", to: "d", limit: 2, descending: true },
          expected: ["c", "b"],
        },
        { name: "of a partition without items", query: { partition: "q" }, expected: [] },
      ];

      test.each(rows)("$name", async ({ query, expected }) => {
        for (const sort of ["c", "a", "ä", "d", "b", "a1"]) await store.put(A, item(`key ${sort}`, 1, { sort }));
        await store.put(A, item("elsewhere", 1, { partition: "p2", sort: "b" }));
        await store.put(B, item("elsewhere", 1, { sort: "b" }));
        expect(await sorts(query)).toEqual(expected);
      });

      test("shows an item once, at its newest, and removed ones no more", async () => {
        await store.put(A, item("one", 1, { sort: "1" }));
        await store.put(A, item("two", 1, { sort: "2" }));
        await store.put(A, item("one", 2, { sort: "1", body: text("newer") }));
        await store.remove(A, ["two", "absent"]);
        const found = await store.query(A, { partition: "p", limit: 10 });
        expect(found.length).toBe(1);
        expectSame(found[0], item("one", 2, { sort: "1", body: text("newer") }));
      });
    });

    test("what is removed is gone; an older version may then be put again", async () => {
      await store.putAll(["1", "2", "3"].map((key) => ({ table: A, item: item(key, 9, { sort: key }) })));
      await store.remove(A, ["1", "3"]);
      expect(await store.get(A, "1")).toBeUndefined();
      expect(await sorts({})).toEqual(["2"]);
      expect(await store.put(A, item("1", 4, { sort: "1" }))).toBe(true);
      expect(await sorts({})).toEqual(["1", "2"]);
    });

    test("a body may be a window of a larger buffer, which the caller may use again", async () => {
      const buffer = text("0123456789");
      await store.put(A, item("k", 1, { body: buffer.subarray(2, 5) }));
      const pending = store.put(A, item("k", 2, { body: buffer.subarray(5, 8) }));
      buffer.fill(0);
      await pending;
      expectSame(await store.get(A, "k"), item("k", 2, { body: text("567") }));
    });
  });
}

function item(key: string, version: number, rest: Partial<StoreItem> = {}): StoreItem {
  return { key, version, partition: "p", sort: "s", body: new Uint8Array([1]), ...rest };
}

function expectSame(actual: StoreItem | undefined, expected: StoreItem): void {
  expect({ ...actual, body: undefined }).toEqual({ ...expected, body: undefined });
  expect(actual?.body.length).toBe(expected.body.length);
  expect(actual?.body.every((byte, index) => byte === expected.body[index])).toBe(true);
}

function text(value: string): Uint8Array {
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

function pad(index: number): string {
  return `${index}`.padStart(6, "0");
}
