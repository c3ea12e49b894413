import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreDamaged, type StorePut } from "@atlas/platform/ports/store";
import { makeFolder } from "../files/make-folder.ts";
import { StoreTable } from "./store-table.ts";

/** The tables of the platform. */
export const STORE_TABLES = [
  "atlas_orders",
  "atlas_balances",
  "atlas_history",
  "atlas_idempotency",
  "atlas_shards",
] as const;

/** Pages of the write-ahead log after which a commit also moves them into the file: 16 MB. */
const CHECKPOINT_PAGES = 4_000;
const CACHE_KILOBYTES = 64_000;

export interface StoreDatabase {
  readonly database: DatabaseSync;
  readonly tables: ReadonlyMap<string, StoreTable>;
}

/**
 * Opens the store's file, and makes what is missing. `synchronous = NORMAL`: a killed process loses nothing; when the
 * machine loses power the newest commits may be gone, each with all that came after it. The store then lags the log a
 * little more, which recovery makes good: it never holds what the log does not (I21).
 */
export function openStoreDatabase(folder: string, names: readonly string[]): StoreDatabase {
  makeFolder(folder);
  const database = new DatabaseSync(join(folder, "store.sqlite"));
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA cache_size = -${CACHE_KILOBYTES}`);
    return { database, tables: new Map(names.map((name) => [name, new StoreTable(database, name)])) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Reads every item of a store that nobody has open, and checks its structure. Throws `StoreDamaged`. */
export function verifyStoreFolder(folder: string, names: readonly string[] = STORE_TABLES): { items: number } {
  const { database, tables } = openStoreDatabase(folder, names);
  try {
    const [verdict] = Object.values(database.prepare("PRAGMA integrity_check(1)").get() ?? {});
    if (verdict !== "ok") throw new StoreDamaged(`${database.location()}: ${verdict}`);
    let items = 0;
    for (const table of tables.values()) items += table.verify();
    return { items };
  } finally {
    database.close();
  }
}

/** Every item of a store that nobody has open, table by table. Throws `StoreDamaged`. */
export function* storedItems(folder: string, names: readonly string[] = STORE_TABLES): Generator<StorePut> {
  const { database, tables } = openStoreDatabase(folder, names);
  try {
    for (const [table, stored] of tables) for (const item of stored.items()) yield { table, item };
  } finally {
    database.close();
  }
}
