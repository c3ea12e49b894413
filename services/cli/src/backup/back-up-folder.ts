import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import { makeFolder } from "@atlas/adapters/files/make-folder";
import { copyLogFolder, copyStoreFolder } from "@atlas/adapters/sqlite/copy-database";
import { snapshotNames } from "@atlas/platform/archive/archive-snapshot";
import { refused } from "../client/failure.ts";

const LOG = "log";
const STORE = "store";
const ARCHIVE = "archive";
/** Of the process that has the folder: its lock, and files that are written before they have their names. */
const PASSING = /^(lock)?\./;

/**
 * Copies a platform's folder, of one that runs or of one at rest, to a folder that is not there yet. The log comes last: store, images
 * and archive may be behind it, never ahead (S20, I21, I22). The copy has its name when it is whole.
 */
export async function backUpFolder(from: string, to: string, step: (text: string) => void): Promise<void> {
  if (!existsSync(join(from, "platform.json"))) throw refused(`${from} holds no platform`);
  const target = resolve(to);
  if (existsSync(target)) throw refused(`${to} is there already: a backup goes to a new folder`);
  if (!existsSync(dirname(target))) throw refused(`there is no folder ${dirname(target)}`);
  const partial = mkdtempSync(`${target}.partial-`);
  try {
    step("copying the store");
    copyStoreFolder(join(from, STORE), join(partial, STORE));
    step("copying keys");
    for (const name of readdirSync(from)) {
      if (name === LOG || name === STORE || name === ARCHIVE || PASSING.test(name)) continue;
      cpSync(join(from, name), join(partial, name), { recursive: true, preserveTimestamps: true });
    }
    step("copying the archive");
    await copyArchive(join(from, ARCHIVE), join(partial, ARCHIVE));
    step("copying the log");
    copyLogFolder(join(from, LOG), join(partial, LOG));
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw refused(`no backup was made: ${(error as Error).message}`);
  }
}

/** What stands in an archive is never changed: as of one moment it is a list of names. */
async function copyArchive(from: string, to: string): Promise<void> {
  for (const name of await snapshotNames(archiveFolder(from))) {
    makeFolder(dirname(join(to, name)));
    cpSync(join(from, name), join(to, name), { preserveTimestamps: true });
  }
}
