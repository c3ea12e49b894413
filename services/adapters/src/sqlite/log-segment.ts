import { DatabaseSync, type StatementSync } from "node:sqlite";
import { LogDamaged } from "@atlas/platform/ports/log";
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

/** One connection to a segment file. Every method leaves no statement open. */
export class Segment {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly #index: StatementSync;
  readonly #frames: StatementSync;
  readonly #positions: StatementSync;

  constructor(path: string) {
    this.path = path;
    this.database = new DatabaseSync(path, { timeout: 2_000 });
    this.database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    this.#prepareFormat();
    this.#index = this.#prepare("SELECT time, crc, entries FROM commits WHERE seq = ?");
    this.#frames = this.#prepare("SELECT frames FROM commits WHERE seq = ?");
    this.#positions = this.#prepare("SELECT seq, crc, ends FROM positions WHERE seq > ? ORDER BY seq LIMIT ?");
  }

  /** First and last commit; `undefined` when there is none. */
  span(): { first: number; last: number } | undefined {
    const [first, last] = this.#row("SELECT min(seq), max(seq) FROM commits") as [number | null, number | null];
    return first === null || last === null ? undefined : { first, last };
  }

  /** The index of a commit, checked; `undefined` when there is none. */
  index(seq: number): CommitIndex | undefined {
    const row = this.#index.get(seq) as unknown as [number, number, Uint8Array] | undefined;
    if (row === undefined) return undefined;
    const index = { seq, time: row[0], entries: row[2] };
    if (indexCrc(index) !== row[1]) throw this.damaged(`the index of commit ${seq} has changed`);
    return index;
  }

  /** The bytes of a commit's records end to end, not checked. */
  frames(seq: number): Uint8Array {
    const row = this.#frames.get(seq) as unknown as [Uint8Array] | undefined;
    if (row === undefined) throw this.damaged(`commit ${seq} is missing`);
    return row[0];
  }

  /** At most `limit` positions rows above commit `seq`, checked. */
  positionsAbove(seq: number, limit = -1): Position[] {
    return (this.#positions.all(seq, limit) as unknown as [number, number, Uint8Array][]).map(([at, crc, ends]) => {
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
    const rows = this.#prepare("SELECT lane, topic, partition, crc FROM lanes ORDER BY lane").all();
    return (rows as unknown as [number, string, number, number][]).map(([lane, topic, partition, crc], expected) => {
      if (lane !== expected || laneCrc(lane, { topic, partition }) !== crc) {
        throw this.damaged(`the list of partitions has changed at number ${expected}`);
      }
      return { topic, partition };
    });
  }

  damaged(what: string): LogDamaged {
    return new LogDamaged(`${this.path}: ${what}`);
  }

  close(): void {
    this.database.close();
  }

  #prepareFormat(): void {
    const [format] = this.#row("PRAGMA user_version") as [number];
    if (format !== 0 && format !== FORMAT) {
      throw new Error(`${this.path}: written by another version of Atlas (format ${format}, this one reads ${FORMAT})`);
    }
    if (format === FORMAT) return;
    this.database.exec(`
      BEGIN;
      CREATE TABLE IF NOT EXISTS lanes (lane INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, crc INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS positions (seq INTEGER PRIMARY KEY, crc INTEGER NOT NULL, ends BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS commits (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, crc INTEGER NOT NULL, entries BLOB NOT NULL, frames BLOB NOT NULL);
      PRAGMA user_version = ${FORMAT};
      COMMIT`);
  }

  #row(sql: string): unknown {
    return this.#prepare(sql).get();
  }

  #prepare(sql: string): StatementSync {
    const statement = this.database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}

export function laneCrc(lane: number, { topic, partition }: Lane): number {
  return numbersCrc([lane, partition], new TextEncoder().encode(topic));
}
