import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What stands on a log, whatever pages it takes. */
export interface LogContent {
  readonly commits: number;
  /** Bytes of all records. */
  readonly records: number;
  /** Bytes of what says where each record lies in its commit. */
  readonly indexes: number;
}

const SEGMENT = /^segment-\d+\.sqlite$/;

/** Reads the segments of a data folder, while the platform writes to them. */
export function logContent(dataFolder: string): LogContent {
  let commits = 0;
  let records = 0;
  let indexes = 0;
  for (const entry of readdirSync(dataFolder, { recursive: true, withFileTypes: true })) {
    if (!SEGMENT.test(entry.name)) continue;
    const database = new DatabaseSync(join(entry.parentPath, entry.name), { readOnly: true });
    const row = database.prepare(
      "SELECT count(*) AS count, total(length(frames)) AS framed, total(length(entries)) AS indexed FROM commits",
    );
    const { count, framed, indexed } = row.get() as { count: number; framed: number; indexed: number };
    commits += count;
    records += framed;
    indexes += indexed;
    database.close();
  }
  return { commits, records, indexes };
}
