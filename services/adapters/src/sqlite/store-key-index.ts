import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";

export interface KeyIndexLimits {
  /** Rows kept in memory before they are moved into the file. */
  readonly recentRows: number;
  /** Rows moved at a time, so that no transaction takes long. */
  readonly movedRows: number;
}

const LIMITS: KeyIndexLimits = { recentRows: 50_000, movedRows: 4_000 };

/**
 * Finds the rows that a key may stand in, by 32 bits of hash. Keys are as good as random, so an index that took each at
 * once would write another page for each, the more so the more there are. New ones therefore stay in memory, from where
 * they move into the file in order of hash, many to a page: the cost of a key does not grow with the number kept. After a
 * restart the rows above the last one moved are looked through again.
 */
export class KeyIndex {
  readonly #limits: KeyIndexLimits;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #mark: StatementSync;
  readonly #loadMark: StatementSync;
  readonly #loadRows: StatementSync;
  /** Rows by hash that are not in the file for certain. */
  #recent = new Map<number, number[]>();
  #recentCount = 0;
  #lastRow = 0;
  /** What is being moved, in order of hash, and how far that has come. */
  #moving: { readonly entries: readonly (readonly [hash: number, row: number])[]; readonly upTo: number } | undefined;
  #moved = 0;

  constructor(database: DatabaseSync, table: string, limits: KeyIndexLimits = LIMITS) {
    this.#limits = limits;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${table}_hash (
        hash INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (hash, row)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS ${table}_moved (one INTEGER PRIMARY KEY CHECK (one = 1), row INTEGER NOT NULL)`);
    this.#select = arrays(database, `SELECT row FROM ${table}_hash WHERE hash = ?`);
    this.#insert = arrays(database, `INSERT OR IGNORE INTO ${table}_hash (hash, row) VALUES (?, ?)`);
    this.#delete = arrays(database, `DELETE FROM ${table}_hash WHERE hash = ? AND row = ?`);
    this.#mark = arrays(database, `REPLACE INTO ${table}_moved (one, row) VALUES (1, ?)`);
    this.#loadMark = arrays(database, `SELECT max(row) FROM ${table}_moved`);
    this.#loadRows = arrays(database, `SELECT hash, row FROM ${table} WHERE row > ?`);
    this.reload();
  }

  /** Forgets what is in memory and takes it from the file again: after a transaction that was undone. */
  reload(): void {
    const [moved] = this.#loadMark.get() as unknown as [number | null];
    this.#recent = new Map();
    this.#recentCount = 0;
    this.#moving = undefined;
    this.#lastRow = moved ?? 0;
    for (const [hash, row] of this.#loadRows.all(this.#lastRow) as unknown as [number, number][]) this.#keep(hash, row);
  }

  /** A row that no key has had since the file was made, though it may have been given before. */
  nextRow(): number {
    return this.#lastRow + 1;
  }

  /** Rows that may hold the key: one with another key of the same hash is rare, none at all is usual. */
  candidates(hash: number): number[] {
    const recent = this.#recent.get(hash);
    const stored = this.#select.all(hash) as unknown as [number][];
    if (stored.length === 0) return recent ?? [];
    return [...(recent ?? []), ...stored.map(([row]) => row)];
  }

  add(hash: number, row: number): void {
    this.#keep(hash, row);
  }

  remove(hash: number, row: number): void {
    this.#forget(hash, row);
    this.#delete.run(hash, row);
  }

  /** Moves a little of what is due; called within each transaction that wrote. */
  move(): void {
    if (this.#moving === undefined) {
      if (this.#recentCount < this.#limits.recentRows) return;
      this.#beginMove();
    }
    const { entries, upTo } = this.#moving!;
    const end = Math.min(entries.length, this.#moved + this.#limits.movedRows);
    for (; this.#moved < end; this.#moved += 1) this.#insert.run(...entries[this.#moved]!);
    if (this.#moved === entries.length) this.#endMove(entries, upTo);
  }

  #beginMove(): void {
    const entries = [...this.#recent].flatMap(([hash, rows]) => rows.map((row) => [hash, row] as const));
    this.#moving = { entries: entries.sort((left, right) => left[0] - right[0]), upTo: this.#lastRow };
    this.#moved = 0;
  }

  #endMove(entries: readonly (readonly [hash: number, row: number])[], upTo: number): void {
    this.#mark.run(upTo);
    for (const [hash, row] of entries) this.#forget(hash, row);
    this.#moving = undefined;
  }

  #forget(hash: number, row: number): void {
    const rows = this.#recent.get(hash);
    const kept = rows?.filter((other) => other !== row) ?? [];
    this.#recentCount -= (rows?.length ?? 0) - kept.length;
    if (kept.length > 0) this.#recent.set(hash, kept);
    else this.#recent.delete(hash);
  }

  #keep(hash: number, row: number): void {
    const rows = this.#recent.get(hash);
    if (rows === undefined) this.#recent.set(hash, [row]);
    else rows.push(row);
    this.#recentCount += 1;
    this.#lastRow = Math.max(this.#lastRow, row);
  }
}

/** Signed, because SQLite stores that in four bytes. */
export function hashOf(key: string): number {
  return crc32(key) | 0;
}

function arrays(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}
