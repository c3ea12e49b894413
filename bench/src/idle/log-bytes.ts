import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What stands on a log, whatever pages it takes. */
export interface LogContent {
  readonly commits: number;
  /** Bytes of all records and of their indexes. */
  readonly bytes: number;
}

const SEGMENT = /^segment-\d+\.sqlite$/;

/** Reads the segments of a data folder, while the platform writes to them. */
export function logContent(dataFolder: string): LogContent {
  let commits = 0;
  let bytes = 0;
  for (const entry of readdirSync(dataFolder, { recursive: true, withFileTypes: true })) {
    if (!SEGMENT.test(entry.name)) continue;
    const database = new DatabaseSync(join(entry.parentPath, entry.name), { readOnly: true });
    const row = database.prepare(
      "SELECT count(*) AS count, total(length(entries) + length(frames)) AS bytes FROM commits",
    );
    const { count, bytes: stored } = row.get() as { count: number; bytes: number };
    commits += count;
    bytes += stored;
    database.close();
  }
  return { commits, bytes };
}
