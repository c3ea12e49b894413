import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { StoreDamaged, type StoreItem, type StoreQuery } from "@atlas/platform/ports/store";
import { onOwnFile } from "./failure.ts";
import { hashOf, KeyIndex, type KeyIndexLimits } from "./store-key-index.ts";

type ItemRow = [key: string, version: number, partition: string, sort: string, crc: number, body: Uint8Array];

const COLUMNS = "key, version, partition, sort, crc, body";

/** One table of the store. Rows stand in the order of their first write, so that new ones fill page after page. */
export class StoreTable {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #keys: KeyIndex;
  readonly #find: StatementSync;
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #queries = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, name: string, limits?: KeyIndexLimits) {
    this.#database = database;
    this.#name = name;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${name} (
        row INTEGER PRIMARY KEY, hash INTEGER NOT NULL, version INTEGER NOT NULL, crc INTEGER NOT NULL,
        key TEXT NOT NULL, partition TEXT NOT NULL, sort TEXT NOT NULL, body BLOB NOT NULL);
      CREATE INDEX IF NOT EXISTS ${name}_sort ON ${name} (partition, sort)`);
    this.#keys = new KeyIndex(database, name, limits);
    this.#find = this.#prepare(`SELECT key, version FROM ${name} WHERE row = ?`);
    this.#get = this.#prepare(`SELECT ${COLUMNS} FROM ${name} WHERE row = ?`);
    this.#insert = this.#prepare(`INSERT INTO ${name} (row, hash, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#update = this.#prepare(`UPDATE ${name} SET version = ?, crc = ?, body = ? WHERE row = ?`);
    this.#delete = this.#prepare(`DELETE FROM ${name} WHERE row = ?`);
  }

  get(key: string): StoreItem | undefined {
    const found = this.#own(() => this.#locate(key));
    if (found === undefined) return undefined;
    return this.#itemOf(this.#own(() => this.#get.get(found.row)) as unknown as ItemRow);
  }

  query({ partition, from, to, limit, descending }: StoreQuery): StoreItem[] {
    const order = descending ? "DESC" : "ASC";
    const bounds = [from ?? "", ...(to === undefined ? [] : [to])];
    const statement = this.#query(
      `SELECT ${COLUMNS} FROM ${this.#name} WHERE partition = ? AND sort >= ?${to === undefined ? "" : " AND sort < ?"}
       ORDER BY sort ${order} LIMIT ?`,
    );
    const rows = this.#own(() => statement.all(partition, ...bounds, limit)) as unknown as ItemRow[];
    return rows.map((row) => this.#itemOf(row));
  }

  /** @returns whether no version at or above the item's stood. */
  put(item: StoreItem): boolean {
    const found = this.#locate(item.key);
    if (found === undefined) {
      this.#add(item);
      return true;
    }
    if (found.version >= item.version) return false;
    this.#update.run(item.version, crcOf(item), item.body, found.row);
    return true;
  }

  remove(key: string): void {
    const found = this.#locate(key);
    if (found === undefined) return;
    this.#delete.run(found.row);
    this.#keys.remove(hashOf(key), found.row);
  }

  /** Called at the end of a transaction that wrote. */
  beforeCommit(): void {
    this.#keys.move();
  }

  /** Called after a transaction that wrote has been undone. */
  undone(): void {
    this.#keys.reload();
  }

  /** Every item, checked, in the order of first writing. */
  *items(): Generator<StoreItem> {
    for (const row of this.#prepare(`SELECT ${COLUMNS} FROM ${this.#name} ORDER BY row`).iterate()) {
      yield this.#itemOf(row as unknown as ItemRow);
    }
  }

  /** Checks every item; @returns how many there are. */
  verify(): number {
    let count = 0;
    for (const _ of this.items()) count += 1;
    return count;
  }

  #locate(key: string): { row: number; version: number } | undefined {
    for (const row of this.#keys.candidates(hashOf(key))) {
      const found = this.#find.get(row) as unknown as [key: string, version: number] | undefined;
      if (found?.[0] === key) return { row, version: found[1] };
    }
    return undefined;
  }

  #add(item: StoreItem): void {
    const { key, version, partition, sort, body } = item;
    const hash = hashOf(key);
    const row = this.#keys.nextRow();
    this.#insert.run(row, hash, key, version, partition, sort, crcOf(item), body);
    this.#keys.add(hash, row);
  }

  #itemOf([key, version, partition, sort, crc, body]: ItemRow): StoreItem {
    const item = { key, version, partition, sort, body };
    if (!(body instanceof Uint8Array) || crcOf(item) !== crc) throw this.#damaged(`item ${key} has changed`);
    return item;
  }

  #query(sql: string): StatementSync {
    let statement = this.#queries.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#queries.set(sql, statement);
    }
    return statement;
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  #own<T>(action: () => T): T {
    return onOwnFile((what) => this.#damaged(what), action);
  }

  #damaged(what: string): StoreDamaged {
    return new StoreDamaged(`${this.#database.location()}, table ${this.#name}: ${what}`);
  }
}

function crcOf({ key, version, partition, sort, body }: StoreItem): number {
  return crc32(body, crc32(`${version} ${key} ${partition} ${sort}`));
}
