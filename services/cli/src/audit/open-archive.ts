import { existsSync } from "node:fs";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { archiveIn } from "@atlas/assembly/archive-in";
import { UnreadableObject } from "@atlas/platform/archive/records-object";
import type { ArchiveReading } from "@atlas/platform/archive/verify-archive";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { refused, unreachable } from "../client/failure.ts";

/** Where an archive is: in a data folder, or in a bucket. */
export interface ArchiveOptions {
  readonly data?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly endpoint?: string;
}

/** Runs `action` on an archive without a platform; nothing is written. */
export async function withArchive(
  options: ArchiveOptions,
  dataFolder: string,
  action: (reading: ArchiveReading) => Promise<void>,
): Promise<void> {
  const reading = { compression: systemCompression(), digest: systemDigest() };
  try {
    if (options.bucket === undefined) {
      const folder = archiveIn(dataFolder);
      if (!existsSync(folder)) throw refused(`${dataFolder} holds no archive`);
      await action({ ...reading, archive: archiveFolder(folder) });
      return;
    }
    // The SDK is read only where a bucket is asked for.
    const { readS3Archive } = await import("@atlas/adapters/s3/s3-archive");
    const { bucket, prefix, endpoint } = options;
    const archive = readS3Archive({ bucket, prefix, endpoint });
    try {
      await action({ ...reading, archive });
    } finally {
      archive.close();
    }
  } catch (error) {
    if (error instanceof ArchiveUnavailable) throw unreachable(`the archive cannot be read: ${error.message}`);
    if (error instanceof UnreadableObject)
      throw refused(`an object cannot be read: ${error.message}; verify says which`);
    throw error;
  }
}
