import { mkdtempSync, statfsSync } from "node:fs";
import { join } from "node:path";

/** Where Linux keeps files in memory. */
const MEMORY = "/dev/shm";

/**
 * A new folder whose files are in memory, for an engine whose files need not outlive the machine; `name`: how its name begins,
 * `room`: bytes that must be free. `undefined`: this system has none, or not so much room.
 */
export function memoryFolder(name: string, room: number): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize < room ? undefined : mkdtempSync(join(MEMORY, name));
  } catch {
    return undefined;
  }
}
