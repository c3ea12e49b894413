import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { copyLogFolder, copyStoreFolder } from "@atlas/adapters/sqlite/copy-database";
import { refused } from "../client/failure.ts";

const LOG = "log";
const STORE = "store";
/** Of the process that has the folder. */
const LOCK = /^lock\./;

/**
 * Copies a platform's folder, of one that runs or of one at rest, to a folder that is not there yet. The log comes last: store, images
 * and archive may be behind it, never ahead (S20, I21). The copy has its name when it is whole.
 */
export function backUpFolder(from: string, to: string, step: (text: string) => void): void {
  if (!existsSync(join(from, "platform.json"))) throw refused(`${from} holds no platform`);
  const target = resolve(to);
  if (existsSync(target)) throw refused(`${to} is there already: a backup goes to a new folder`);
  if (!existsSync(dirname(target))) throw refused(`there is no folder ${dirname(target)}`);
  const partial = mkdtempSync(`${target}.partial-`);
  try {
    step("copying the store");
    copyStoreFolder(join(from, STORE), join(partial, STORE));
    step("copying keys and archive");
    for (const name of readdirSync(from)) {
      if (name === LOG || name === STORE || LOCK.test(name)) continue;
      cpSync(join(from, name), join(partial, name), { recursive: true, preserveTimestamps: true });
    }
    step("copying the log");
    copyLogFolder(join(from, LOG), join(partial, LOG));
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw refused(`no backup was made: ${(error as Error).message}`);
  }
}
