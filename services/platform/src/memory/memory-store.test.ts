import { describe, expect, test } from "vitest";
import { describeStore } from "../contract-suite/store-suite.ts";
import { type StoreItem, StoreUnavailable, WriteUnknown } from "../ports/store.ts";
import { manualClock } from "./manual-clock.ts";
import { memoryStore, type StoreFault } from "./memory-store.ts";

const clock = manualClock();

describeStore("memory", {
  open: async () => ({ store: memoryStore({ clock }), close: async () => {} }),
  tables: ["a", "b"],
});

function item(key: string, version: number): StoreItem {
  return { key, version, partition: "p", sort: key, body: new Uint8Array([version]) };
}

describe("memory store faults", () => {
  const rows: { fault: StoreFault; rejects?: new () => Error; atOnce: number; later: number; read: boolean }[] = [
    { fault: { kind: "refused" }, rejects: StoreUnavailable, atOnce: 0, later: 0, read: false },
    { fault: { kind: "answer-lost" }, rejects: WriteUnknown, atOnce: 3, later: 3, read: false },
    { fault: { kind: "cut-short", done: 2 }, rejects: WriteUnknown, atOnce: 2, later: 2, read: false },
    { fault: { kind: "done-late", milliseconds: 5 }, rejects: WriteUnknown, atOnce: 0, later: 3, read: true },
    { fault: { kind: "delayed", milliseconds: 5 }, atOnce: 0, later: 3, read: true },
  ];

  test.each(rows)("F6 $fault.kind", async ({ fault, rejects, atOnce, later, read }) => {
    let next: StoreFault | undefined = fault;
    const store = memoryStore({
      clock,
      fault: () => {
        const now = next;
        next = undefined;
        return now;
      },
    });
    const count = async (): Promise<number> => (await store.query("t", { partition: "p", limit: 10 })).length;
    const outcome = store.putAll([1, 2, 3].map((key) => ({ table: "t", item: item(`${key}`, key) }))).then(
      () => undefined,
      (error: Error) => error.constructor,
    );
    await clock.settle();
    expect(await count()).toBe(atOnce);
    await clock.advance(5);
    expect(await count()).toBe(later);
    expect(await outcome).toBe(rejects);

    next = fault;
    const got = store.get("t", "1").then(
      () => true,
      () => false,
    );
    await clock.advance(5);
    expect(await got).toBe(read);
  });

  test("F6 down: everything is refused, and stands when it is up again", async () => {
    const store = memoryStore({ clock });
    await store.put("t", item("k", 1));
    store.setDown(true);
    await expect(store.get("t", "k")).rejects.toThrow(StoreUnavailable);
    await expect(store.put("t", item("k", 2))).rejects.toThrow(StoreUnavailable);
    store.setDown(false);
    expect((await store.get("t", "k"))?.version).toBe(1);
  });
});
