import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder for its owner alone, and those above it that are missing; one that exists stays as it is. Level by level:
 * Node's `recursive` never ends where a system refuses a folder as missing, as `/proc` does. Throws the system's error.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !isFolder(folder); folder = dirname(folder)) missing.push(folder);
  for (const folder of missing.reverse()) makeOne(folder);
}

/** Throws where a file stands in the way. */
function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return dirname(path) === path;
  if (!found.isDirectory()) throw Object.assign(new Error(`${path} is no folder`), { code: "ENOTDIR" });
  return true;
}

/** Another process may have made it meanwhile. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !isFolder(path)) throw error;
  }
}
