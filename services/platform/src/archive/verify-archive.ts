import type { ArchiveCheckpoint } from "@atlas/gen/atlas/audit/v1/archive_pb";
import type { VerifyResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import type { Archive } from "../ports/archive.ts";
import type { Compression } from "../ports/compression.ts";
import type { Digest } from "../ports/digest.ts";
import type { ArchivePartition } from "./archive-chain.ts";
import { chainName } from "./object-names.ts";
import { PartitionFindings } from "./partition-findings.ts";
import { verifyPartition } from "./verify-partition.ts";

/** What a check of the archive reads with. */
export interface ArchiveReading {
  readonly archive: Archive;
  readonly compression: Compression;
  readonly digest: Digest;
}

/** A name's folder of a partition, below either kind. */
const FOLDER = /^((?:records|manifests)\/([a-z.]{1,64})\/(0|[1-9]\d{0,3})\/)/;
/** Above every name in a folder. */
const ABOVE = "~";

/**
 * Checks every byte of an archive, from its objects alone: an answer for each partition, by name. What is changed, removed from
 * within, swapped or cut off is told by object and offset (I23). An archive cannot show of itself that its newest manifests
 * were removed, or that somebody wrote all of it anew: that takes a checkpoint from before.
 */
export async function* verifyArchive(
  reading: ArchiveReading,
  checkpoint?: ArchiveCheckpoint,
): AsyncGenerator<VerifyResponse> {
  const { partitions, foreign } = await survey(reading.archive);
  if (foreign.length > 0) {
    const findings = new PartitionFindings({ topic: "", partition: 0 });
    for (const name of foreign) findings.wrong(name, undefined, "an object that is not of an archive");
    yield findings.answer();
  }
  const once = checkpoint?.partitions ?? [];
  for (const { topic, partition } of once) partitions.set(chainName({ topic, partition }), { topic, partition });
  for (const [, place] of [...partitions].sort(byName)) {
    const known = once.find(({ topic, partition }) => topic === place.topic && partition === place.partition);
    yield await verifyPartition(reading, place, known);
  }
}

/** Every partition that has objects, and names that belong to none; by few lists, however many objects there are. */
export async function survey(archive: Archive) {
  const partitions = new Map<string, ArchivePartition>();
  const foreign: string[] = [];
  for (let after: string | undefined; ; ) {
    const [name] = await archive.list({ prefix: "", after, limit: 1 });
    if (name === undefined) return { partitions, foreign };
    const found = FOLDER.exec(name);
    if (found === null) {
      foreign.push(name);
      after = name;
      continue;
    }
    const [, folder = "", topic = "", partition] = found;
    const place = { topic, partition: Number(partition) };
    partitions.set(chainName(place), place);
    after = `${folder}${ABOVE}`;
  }
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}
