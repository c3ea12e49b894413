import { statfs } from "node:fs/promises";

/** Milliseconds between two looks. */
const PACE = 2_000;

/** The disk has no room to start on; the message is for the person who starts. */
class DiskFull extends Error {
  override name = "DiskFull";
}

/** How much room is left where a folder is. */
export interface DiskSpace {
  /** Whether less than the wanted bytes were free at the last look. */
  readonly isLow: boolean;
  close(): void;
}

/** Watches the file system of `folder`; below `wanted` bytes it is low. What cannot be looked at counts as it was. */
export function watchDiskSpace(folder: string, wanted: number): DiskSpace {
  let isLow = false;
  const look = async () => {
    isLow = (await freeBytes(folder)) < wanted;
  };
  const timer = setInterval(() => void look().catch(() => undefined), PACE);
  timer.unref();
  void look().catch(() => undefined);
  return {
    get isLow() {
      return isLow;
    },
    close: () => clearInterval(timer),
  };
}

/** Throws `DiskFull` when less than the wanted bytes are free where the folder is. */
export async function refuseFullDisk(folder: string, wanted: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= wanted) return;
  throw new DiskFull(
    `the disk that holds ${folder} is full: ${megabytes(free)} MB are free, and a start takes ${megabytes(wanted)}`,
  );
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_048_576);
}
