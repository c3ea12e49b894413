import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DataFolder, DataFolderUnusable, openDataFolder } from "@atlas/adapters/files/data-folder";
import { DataFolderHeld } from "@atlas/adapters/sqlite/lock-data-folder";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import { refused } from "../client/failure.ts";

/** Takes the folder of a platform that does not run; refused with a sentence when there is none in it, or it runs. */
export function takeRestingFolder(folder: string): DataFolder {
  if (!existsSync(join(folder, "platform.json"))) throw refused(`${folder} holds no platform`);
  try {
    return openDataFolder(folder, { omsPartitions: PARTITIONS.oms, venuePartitions: PARTITIONS.venue });
  } catch (error) {
    if (error instanceof DataFolderHeld || error instanceof DataFolderUnusable) throw refused(error.message);
    throw error;
  }
}
