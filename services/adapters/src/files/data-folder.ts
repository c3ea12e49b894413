import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type DataFolderLock, lockDataFolder } from "../sqlite/lock-data-folder.ts";
import { makeFolder } from "./make-folder.ts";

/** What a platform fixes when it is created (DESIGN 2). */
export interface PlatformShape {
  readonly omsPartitions: number;
  readonly venuePartitions: number;
}

/** The data folder belongs to a platform of another shape, or cannot be used. */
export class DataFolderUnusable extends Error {
  override name = "DataFolderUnusable";
}

/** What the system's code means to the person who starts. */
const WHY: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EEXIST: "a file stands in its place",
  EIO: "the disk failed",
  EISDIR: "a folder stands where a file of it belongs",
  ELOOP: "its symbolic links lead in a circle",
  EMFILE: "this process has too many files open",
  ENAMETOOLONG: "its name is too long",
  ENFILE: "this machine has too many files open",
  ENOENT: "the system makes no folder there",
  ENOTDIR: "a file stands in its place or above it",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
};

/** A folder that this process alone uses. */
export interface DataFolder {
  readonly path: string;
  /** The shape that the platform was created with. */
  readonly shape: PlatformShape;
  release(): void;
}

const FILE = "platform.json";

/**
 * Takes the data folder for this process, making it if there is none. A new platform gets `shape`; one that exists with
 * another is refused, for accounts would move between partitions. Throws `DataFolderHeld` and `DataFolderUnusable`, each
 * with a sentence for a person.
 */
export function openDataFolder(path: string, shape: PlatformShape): DataFolder {
  const lock = take(path);
  try {
    const found = readShape(join(path, FILE));
    if (found === undefined) writeShape(path, shape);
    else checkShape(path, found, shape);
    return { path, shape: found ?? shape, release: () => lock.release() };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function take(path: string): DataFolderLock {
  try {
    makeFolder(path);
    return lockDataFolder(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || code.startsWith("ERR_")) throw error;
    throw new DataFolderUnusable(`the data folder ${path} cannot be used: ${whyOf(code)}`);
  }
}

function whyOf(code: string | undefined): string {
  return WHY[code ?? ""] ?? `the system says ${code}`;
}

function readShape(file: string): PlatformShape | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new DataFolderUnusable(`${file} cannot be read: ${whyOf((error as NodeJS.ErrnoException).code)}`);
  }
  try {
    const { omsPartitions, venuePartitions } = JSON.parse(text);
    if (Number.isSafeInteger(omsPartitions) && Number.isSafeInteger(venuePartitions)) {
      return { omsPartitions, venuePartitions };
    }
  } catch {
    // said below, with the file's name
  }
  throw new DataFolderUnusable(`${file} does not say how many partitions the platform has`);
}

function checkShape(path: string, found: PlatformShape, wanted: PlatformShape): void {
  if (found.omsPartitions === wanted.omsPartitions && found.venuePartitions === wanted.venuePartitions) return;
  const had = `${found.omsPartitions} by account and ${found.venuePartitions} by instrument`;
  throw new DataFolderUnusable(
    `the platform in ${path} was created with ${had} partitions, and that cannot be changed to ${wanted.omsPartitions} and ${wanted.venuePartitions}`,
  );
}

/** All of it or nothing: a half-written file would stop every later start. */
function writeShape(path: string, shape: PlatformShape): void {
  const temporary = join(path, `${FILE}.new`);
  const file = openSync(temporary, "w", 0o600);
  writeSync(file, `${JSON.stringify(shape)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, join(path, FILE));
}
