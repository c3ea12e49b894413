import { closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LogDamaged } from "@atlas/platform/ports/log";
import { makeFolder } from "../files/make-folder.ts";

const SEGMENT = /^segment-(\d{8})\.sqlite$/;

export function segmentPath(folder: string, number: number): string {
  return join(folder, `segment-${`${number}`.padStart(8, "0")}.sqlite`);
}

/** Numbers of the segments in a folder, rising by one; makes the folder if there is none. */
export function listSegments(folder: string): number[] {
  makeFolder(folder);
  const numbers = readdirSync(folder)
    .map((name) => SEGMENT.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((left, right) => left - right);
  for (const [index, number] of numbers.entries()) {
    const expected = (numbers[0] ?? 0) + index;
    if (number !== expected) throw new LogDamaged(`${segmentPath(folder, expected)} is missing`);
  }
  return numbers;
}

/** Removes a segment; interrupted, the next start finds no segment and only harmless companions. */
export function removeSegment(folder: string, number: number): void {
  const path = segmentPath(folder, number);
  for (const companion of ["", "-wal", "-shm"]) rmSync(path + companion, { force: true });
}

/** Companions of removed segments. */
export function removeOrphans(folder: string): void {
  for (const name of readdirSync(folder)) {
    const database = name.replace(/-(wal|shm)$/, "");
    if (database !== name && SEGMENT.test(database) && !existsSync(join(folder, database))) rmSync(join(folder, name));
  }
}

/** Makes the names of new files outlive a loss of power. Where folders cannot be synced, the system does it itself. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
