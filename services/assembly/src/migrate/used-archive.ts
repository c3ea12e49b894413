import { MANIFESTS, RECORDS } from "@atlas/platform/archive/object-names";
import { type Archive, ArchiveUnavailable } from "@atlas/platform/ports/archive";
import type { Warn } from "@atlas/platform/shard/warn";
import { MoveRefused } from "./move-refused.ts";

/**
 * Rejects with `MoveRefused` where another platform has archived: what is moved could never be archived there (I22). A move writes
 * nothing to the archive, so that one which was broken off has left nothing. An archive that cannot be asked keeps nothing from
 * being moved: the archiver looks again, and ends where it finds another's records.
 */
export async function refuseUsedArchive(archive: Archive, warn: Warn): Promise<void> {
  try {
    for (const prefix of [RECORDS, MANIFESTS]) {
      const [name] = await archive.list({ prefix, limit: 1 });
      if (name === undefined) continue;
      throw new MoveRefused(`the archive there holds ${name} already: take another ATLAS_S3_BUCKET, or ATLAS_PREFIX`);
    }
  } catch (error) {
    if (!(error instanceof ArchiveUnavailable)) throw error;
    warn("whether the archive there is empty could not be asked", { reason: error.message });
  }
}
