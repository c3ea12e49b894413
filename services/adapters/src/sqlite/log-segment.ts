import { DatabaseSync, type StatementSync } from "node:sqlite";
import { LogDamaged } from "@atlas/platform/ports/log";
import { onOwnFile } from "./failure.ts";
import { type CommitIndex, decodeEnds, indexCrc, numbersCrc } from "./log-commit.ts";

/** A commit of this number, and the first of each segment, has a positions row. */
export const COMMITS_PER_POSITION = 64;
const FORMAT = 1;

/** Where each lane stood before commit `seq`. */
export interface Position {
  readonly seq: number;
  readonly ends: readonly number[];
}

export interface Lane {
  readonly topic: string;
  readonly partition: number;
}

/** One connection to a segment file. Every method leaves no statement open; all but `close` may throw `LogDamaged`. */
export class Segment {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly #index: StatementSync;
  readonly #frames: StatementSync;
  readonly #positions: StatementSync;

  constructor(path: string) {
    this.path = path;
    const prepared = this.#own(() => openDatabase(path));
    this.database = prepared.database;
    this.#index = prepared.index;
    this.#frames = prepared.frames;
    this.#positions = prepared.positions;
  }

  /** First and last commit; `undefined` when there is none. */
  span(): { first: number; last: number } | undefined {
    const [first, last] = this.#row("SELECT min(seq), max(seq) FROM commits") as [number | null, number | null];
    return first === null || last === null ? undefined : { first, last };
  }

  /** The index of a commit, checked; `undefined` when there is none. */
  index(seq: number): CommitIndex | undefined {
    const row = this.#own(() => this.#index.get(seq)) as unknown as [number, number, Uint8Array] | undefined;
    if (row === undefined) return undefined;
    const index = { seq, time: row[0], entries: this.#bytes(row[2]) };
    if (indexCrc(index) !== row[1]) throw this.damaged(`the index of commit ${seq} has changed`);
    return index;
  }

  /** The bytes of a commit's records end to end, not checked. */
  frames(seq: number): Uint8Array {
    const row = this.#own(() => this.#frames.get(seq)) as unknown as [Uint8Array] | undefined;
    if (row === undefined) throw this.damaged(`commit ${seq} is missing`);
    return this.#bytes(row[0]);
  }

  /** At most `limit` positions rows above commit `seq`, checked. */
  positionsAbove(seq: number, limit = -1): Position[] {
    const rows = this.#own(() => this.#positions.all(seq, limit)) as unknown as [number, number, Uint8Array][];
    return rows.map(([at, crc, stored]) => {
      const ends = this.#bytes(stored);
      if (numbersCrc([at], ends) !== crc) throw this.damaged(`the positions at commit ${at} have changed`);
      return { seq: at, ends: decodeEnds(ends) };
    });
  }

  /** The first or the last positions row, checked; `undefined` when there is none. */
  outerPosition(which: "first" | "last"): Position | undefined {
    const [bound] = this.#row(`SELECT ${which === "first" ? "min" : "max"}(seq) FROM positions`) as [number | null];
    if (bound === null) return undefined;
    return this.positionsAbove(bound - 1, 1)[0];
  }

  lanes(): Lane[] {
    const rows = this.#own(() =>
      arrays(this.database, "SELECT lane, topic, partition, crc FROM lanes ORDER BY lane").all(),
    ) as unknown as [number, string, number, number][];
    return rows.map(([lane, topic, partition, crc], expected) => {
      if (lane !== expected || laneCrc(lane, { topic, partition }) !== crc) {
        throw this.damaged(`the list of partitions has changed at number ${expected}`);
      }
      return { topic, partition };
    });
  }

  /** Checks the file's structure page by page: what hides the last commits cannot be seen from those that remain. */
  check(): void {
    const [verdict] = this.#row("PRAGMA quick_check(1)") as [string];
    if (verdict !== "ok") throw this.damaged(verdict);
  }

  damaged(what: string): LogDamaged {
    return new LogDamaged(`${this.path}: ${what}`);
  }

  close(): void {
    this.database.close();
  }

  #row(sql: string): unknown {
    return this.#own(() => arrays(this.database, sql).get());
  }

  #bytes(value: unknown): Uint8Array {
    if (value instanceof Uint8Array) return value;
    throw this.damaged("bytes have become something else");
  }

  #own<T>(action: () => T): T {
    return onOwnFile((what) => this.damaged(what), action);
  }
}

interface Prepared {
  readonly database: DatabaseSync;
  readonly index: StatementSync;
  readonly frames: StatementSync;
  readonly positions: StatementSync;
}

function openDatabase(path: string): Prepared {
  const database = new DatabaseSync(path, { timeout: 2_000 });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    makeTables(database, path);
    return {
      database,
      index: arrays(database, "SELECT time, crc, entries FROM commits WHERE seq = ?"),
      frames: arrays(database, "SELECT frames FROM commits WHERE seq = ?"),
      positions: arrays(database, "SELECT seq, crc, ends FROM positions WHERE seq > ? ORDER BY seq LIMIT ?"),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeTables(database: DatabaseSync, path: string): void {
  const [format] = arrays(database, "PRAGMA user_version").get() as unknown as [number];
  if (format === FORMAT) return;
  if (format !== 0) {
    throw new Error(`${path}: written by another version of Atlas (format ${format}, this one reads ${FORMAT})`);
  }
  database.exec(`
    BEGIN;
    CREATE TABLE IF NOT EXISTS lanes (
      lane INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, crc INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS positions (seq INTEGER PRIMARY KEY, crc INTEGER NOT NULL, ends BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS commits (
      seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, crc INTEGER NOT NULL, entries BLOB NOT NULL, frames BLOB NOT NULL);
    PRAGMA user_version = ${FORMAT};
    COMMIT`);
}

function arrays(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

export function laneCrc(lane: number, { topic, partition }: Lane): number {
  return numbersCrc([lane, partition], new TextEncoder().encode(topic));
}
