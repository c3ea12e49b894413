import { statfs } from "node:fs/promises";

/** Milliseconds between two looks. */
const PACE = 2_000;

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
    const { bavail, bsize } = await statfs(folder);
    isLow = bavail * bsize < wanted;
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
