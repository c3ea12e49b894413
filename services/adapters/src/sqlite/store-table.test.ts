import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoreItem } from "@atlas/platform/ports/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { StoreTable } from "./store-table.ts";

// CRC-32 of both is 0x4ddb0c25.
const KEYS = ["plumless", "buckeroo", ...Array.from({ length: 30 }, (_, index) => `key ${index}`)];

type Step =
  | { readonly kind: "put"; readonly key: string; readonly version: number }
  | { readonly kind: "remove"; readonly key: string }
  | { readonly kind: "commit" | "rollback" | "restart" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("put" as const), key: fc.constantFrom(...KEYS), version: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), key: fc.constantFrom(...KEYS) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("commit" as const, "rollback" as const, "restart" as const) }),
  },
);

function itemOf(key: string, version: number): StoreItem {
  return { key, version, partition: "p", sort: key, body: Uint8Array.of(version) };
}

/** The table on one side, a Map on the other. */
function run(path: string, steps: readonly Step[]): void {
  const open = (): { database: DatabaseSync; table: StoreTable } => {
    const database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    return { database, table: new StoreTable(database, "t", { recentRows: 6, movedRows: 2 }) };
  };
  let { database, table } = open();
  let committed = new Map<string, number>();
  let current = new Map<string, number>();
  function end(verb: "COMMIT" | "ROLLBACK"): void {
    if (verb === "COMMIT") table.beforeCommit();
    database.exec(verb);
    if (verb === "ROLLBACK") table.undone();
    if (verb === "COMMIT") committed = new Map(current);
    else current = new Map(committed);
  }
  database.exec("BEGIN");
  for (const next of steps) {
    if (next.kind === "put") {
      const isNewer = (current.get(next.key) ?? -1) < next.version;
      expect(table.put(itemOf(next.key, next.version))).toBe(isNewer);
      if (isNewer) current.set(next.key, next.version);
    } else if (next.kind === "remove") {
      table.remove(next.key);
      current.delete(next.key);
    } else {
      end(next.kind === "rollback" ? "ROLLBACK" : "COMMIT");
      if (next.kind === "restart") {
        database.close();
        ({ database, table } = open());
      }
      database.exec("BEGIN");
    }
    for (const key of KEYS) expect(table.get(key)?.version).toBe(current.get(key));
  }
  expect(table.query({ partition: "p", limit: 1_000 }).map((item) => item.key)).toEqual([...current.keys()].sort());
  database.close();
}

test("whatever is put, removed, undone and restarted, the table holds what a Map would", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), (steps) => {
      const folder = mkdtempSync(join(tmpdir(), "atlas-table-"));
      try {
        run(join(folder, "t.sqlite"), steps);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 30 },
  );
});
