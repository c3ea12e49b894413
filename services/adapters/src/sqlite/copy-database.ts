import { closeSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFolder } from "../files/make-folder.ts";
import { listSegments, segmentPath, syncFolder } from "./log-folder.ts";
import { openLogFolder } from "./log-opening.ts";

/** Milliseconds for which another connection may keep this one waiting. */
const PATIENCE = 10_000;

/**
 * Copies a log as it stands at one moment, whether or not a platform writes it. The newest segment comes first: once it has begun, all
 * before it are finished; as long as it is empty, only the one before it grows, and any moment of that is a beginning. What comes meanwhile
 * is left out, so that the copy ends where the log once ended, and no earlier than it did when this began.
 *
 * Then the copy is opened, as the next process will do it: throws `LogDamaged` when none could. This reads little but the newest segment;
 * single records are left to `atlas doctor`, which reads them all and decides them once more.
 *
 * @param copy copies one segment; a parameter so that a test can write between two.
 */
export function copyLogFolder(from: string, to: string, copy = copyDatabase): void {
  makeFolder(to);
  const numbers = listSegments(from).reverse();
  for (const number of numbers) copy(segmentPath(from, number), segmentPath(to, number));
  if (numbers.length > 0) openLogFolder(to).current.close();
  syncFolder(to);
}

/** Copies a store as it stands at one moment, whether or not a platform writes it. */
export function copyStoreFolder(from: string, to: string): void {
  makeFolder(to);
  copyDatabase(join(from, "store.sqlite"), join(to, "store.sqlite"));
  syncFolder(to);
}

/** All that is committed, in one read transaction: a file with another's write-ahead log beside it cannot be copied as a file. */
export function copyDatabase(from: string, to: string): void {
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
