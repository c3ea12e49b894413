import { existsSync } from "node:fs";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { archiveIn } from "@atlas/assembly/archive-in";
import { UnreadableObject } from "@atlas/platform/archive/records-object";
import type { ArchiveReading } from "@atlas/platform/archive/verify-archive";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { refused, unreachable } from "../client/failure.ts";
import { checkSettings, environment, readSettings } from "../settings.ts";

/** Where an archive is: in a data folder, or in a bucket. */
export interface ArchiveOptions {
  readonly data?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly endpoint?: string;
}

/** An archive to read, and what it is called. */
export interface PlacedArchive extends ArchiveReading {
  readonly place: string;
}

/**
 * Runs `action` on an archive without a platform; nothing is written. Where the options name none it is the one that the settings
 * name: the bucket of a distributed platform, or what is in the data folder.
 */
export async function withArchive(
  options: ArchiveOptions,
  action: (reading: PlacedArchive) => Promise<void>,
): Promise<void> {
  const reading = { compression: systemCompression(), digest: systemDigest() };
  const { dataFolder, distributed } = checkSettings(readSettings(environment(), { ATLAS_DATA: options.data }));
  const isNamed = options.data !== undefined || options.bucket !== undefined;
  const { bucket, prefix, endpoint } = (isNamed ? undefined : distributed?.engines.archive) ?? options;
  try {
    if (bucket === undefined) {
      const folder = archiveIn(dataFolder);
      if (!existsSync(folder)) throw refused(`${dataFolder} holds no archive`);
      await action({ ...reading, archive: archiveFolder(folder), place: `folder ${folder}` });
      return;
    }
    // The SDK is read only where a bucket is asked for.
    const { readS3Archive } = await import("@atlas/adapters/s3/s3-archive");
    const archive = readS3Archive({ bucket, prefix, endpoint });
    const place = `bucket ${bucket}${prefix === undefined ? "" : `, names that begin with ${prefix}`}`;
    try {
      await action({ ...reading, archive, place });
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
