import type { ArchivePace } from "@atlas/audit/archive-pace";
import { Archiver } from "@atlas/audit/archiver";
import { auditService } from "@atlas/audit/audit-service";
import type { Served } from "@atlas/platform/access/create-handlers";
import { type Archive, ArchiveUnavailable } from "@atlas/platform/ports/archive";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Compression } from "@atlas/platform/ports/compression";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { Warn } from "@atlas/platform/shard/warn";
import type { Metrics } from "@atlas/platform/telemetry/metrics";
import type { PartitionCounts } from "@atlas/platform/topic/topics";

export interface ArchivingOptions {
  readonly ports: {
    readonly log: Log;
    readonly archive: Archive;
    readonly compression: Compression;
    readonly clock: Clock;
    readonly digest: Digest;
    readonly warn: Warn;
  };
  readonly metrics: Metrics;
  readonly partitions: PartitionCounts;
  readonly pace: ArchivePace;
}

/** An archiver at work. */
export interface Archiving {
  /** Ends behind what is under way, or after `patience` milliseconds. */
  stop(patience: number): Promise<void>;
}

/** Archives every partition from here on. */
export function startArchiver(options: ArchivingOptions): Archiving {
  const archiver = new Archiver(options);
  archiver.start();
  return archiver;
}

/** The public methods about the past: they need no archiver in this process. */
export function auditReads({ ports, partitions }: Pick<ArchivingOptions, "ports" | "partitions">): Served {
  const { archive, compression, digest, log } = ports;
  return auditService({ reading: { archive, compression, digest }, log, partitions });
}

/** An archive on the log's own disk: while that is nearly full nothing is added, for what is left is for cancels and reports (S24). */
export function sparing(archive: Archive, disk: { readonly isLow: boolean }): Archive {
  return {
    read: (name) => archive.read(name),
    list: (which) => archive.list(which),
    create: async (name, content) => {
      if (disk.isLow) throw new ArchiveUnavailable("the disk is nearly full");
      return archive.create(name, content);
    },
  };
}
