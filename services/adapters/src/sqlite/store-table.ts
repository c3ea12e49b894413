import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { StoreDamaged, type StoreItem, type StoreQuery } from "@atlas/platform/ports/store";
import { onOwnFile } from "./failure.ts";

type ItemRow = [key: string, version: number, partition: string, sort: string, crc: number, body: Uint8Array];

const COLUMNS = "key, version, partition, sort, crc, body";

/**
 * One table of the store. Rows stand in the order of their first write, so that new ones fill page after page; a key is
 * found by a small index on 32 bits of hash, which costs a tenth of an index on the key (SPEED.md).
 */
export class StoreTable {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #find: StatementSync;
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #queries = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, name: string) {
    this.#database = database;
    this.#name = name;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${name} (
        row INTEGER PRIMARY KEY, hash INTEGER NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
        partition TEXT NOT NULL, sort TEXT NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
      CREATE INDEX IF NOT EXISTS ${name}_hash ON ${name} (hash);
      CREATE INDEX IF NOT EXISTS ${name}_sort ON ${name} (partition, sort)`);
    this.#find = this.#prepare(`SELECT row, version FROM ${name} WHERE hash = ? AND key = ?`);
    this.#get = this.#prepare(`SELECT ${COLUMNS} FROM ${name} WHERE hash = ? AND key = ?`);
    this.#insert = this.#prepare(`INSERT INTO ${name} (hash, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#update = this.#prepare(`UPDATE ${name} SET version = ?, crc = ?, body = ? WHERE row = ?`);
    this.#delete = this.#prepare(`DELETE FROM ${name} WHERE hash = ? AND key = ?`);
  }

  get(key: string): StoreItem | undefined {
    const row = this.#own(() => this.#get.get(hashOf(key), key)) as unknown as ItemRow | undefined;
    return row === undefined ? undefined : this.#itemOf(row);
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
    const hash = hashOf(item.key);
    const found = this.#find.get(hash, item.key) as unknown as [row: number, version: number] | undefined;
    if (found === undefined) {
      this.#insert.run(hash, item.key, item.version, item.partition, item.sort, crcOf(item), item.body);
      return true;
    }
    if (found[1] >= item.version) return false;
    this.#update.run(item.version, crcOf(item), item.body, found[0]);
    return true;
  }

  remove(key: string): void {
    this.#delete.run(hashOf(key), key);
  }

  /** Checks every item; @returns how many there are. */
  verify(): number {
    let count = 0;
    for (const row of this.#prepare(`SELECT ${COLUMNS} FROM ${this.#name}`).iterate()) {
      this.#itemOf(row as unknown as ItemRow);
      count += 1;
    }
    return count;
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

/** Signed, because SQLite stores that in four bytes. */
function hashOf(key: string): number {
  return crc32(key) | 0;
}

function crcOf({ key, version, partition, sort, body }: StoreItem): number {
  return crc32(body, crc32(`${version} ${key} ${partition} ${sort}`));
}
