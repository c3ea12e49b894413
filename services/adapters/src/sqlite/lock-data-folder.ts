import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFolder } from "../files/make-folder.ts";

export interface DataFolderLock {
  release(): void;
}

/** Keeps the handles from being collected as garbage, which would end the locks. */
const held = new Set<DatabaseSync>();

/** Another process has the data folder. */
export class DataFolderHeld extends Error {
  override name = "DataFolderHeld";
}

/**
 * Takes a data folder for this process, and makes it if there is none. The lock is the system's, on an open file: it
 * ends with the process, however that ends. Throws `DataFolderHeld`, whose message a person can act on.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  makeFolder(folder);
  const database = new DatabaseSync(join(folder, "lock.sqlite"));
  const holder = join(folder, "lock.pid");
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new DataFolderHeld(`the data folder ${folder} is in use by another Atlas (process ${readHolder(holder)})`);
  }
  writeFileSync(holder, `${process.pid}\n`);
  held.add(database);
  return {
    release() {
      if (held.delete(database)) database.close();
    },
  };
}

const SQLITE_BUSY = 5;

function readHolder(path: string): string {
  try {
    return readFileSync(path, "utf8").trim() || "unknown";
  } catch {
    return "unknown";
  }
}
