import { closeSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFolder } from "../files/make-folder.ts";
import { listSegments, segmentPath, syncFolder } from "./log-folder.ts";

/** Milliseconds for which another connection may keep this one waiting. */
const PATIENCE = 10_000;

/**
 * Copies a log as it stands at one moment, whether or not a platform writes it: segments one after the other, the newest last. What
 * comes meanwhile is left out, so that the copy ends where the log once ended.
 */
export function copyLogFolder(from: string, to: string): void {
  makeFolder(to);
  for (const number of listSegments(from)) copyDatabase(segmentPath(from, number), segmentPath(to, number));
  syncFolder(to);
}

/** Copies a store as it stands at one moment, whether or not a platform writes it. */
export function copyStoreFolder(from: string, to: string): void {
  makeFolder(to);
  copyDatabase(join(from, "store.sqlite"), join(to, "store.sqlite"));
  syncFolder(to);
}

/** All that is committed, in one read transaction: a file with another's write-ahead log beside it cannot be copied as a file. */
function copyDatabase(from: string, to: string): void {
  const database = new DatabaseSync(from, { readOnly: true, timeout: PATIENCE });
  try {
    database.prepare("VACUUM INTO ?").run(to);
  } finally {
    database.close();
  }
  const file = openSync(to, "r+");
  fsyncSync(file);
  closeSync(file);
}
