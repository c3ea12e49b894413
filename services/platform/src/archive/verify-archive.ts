import type { ArchiveCheckpoint } from "@atlas/gen/atlas/audit/v1/archive_pb";
import type { VerifyResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { type Archive, LIST_NAMES } from "../ports/archive.ts";
import type { Compression } from "../ports/compression.ts";
import type { Digest } from "../ports/digest.ts";
import type { ArchivePartition } from "./archive-chain.ts";
import { chainName, MANIFESTS, RECORDS } from "./object-names.ts";
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
/** Above every name that an archive has in a folder. */
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
  if (foreign.answer().problemCount > 0n) yield foreign.answer();
  const once = checkpoint?.partitions ?? [];
  for (const { topic, partition } of once) partitions.set(chainName({ topic, partition }), { topic, partition });
  for (const [, place] of [...partitions].sort(byName)) {
    const known = once.find(({ topic, partition }) => topic === place.topic && partition === place.partition);
    yield await verifyPartition(reading, place, known);
  }
}

/**
 * Every partition that has objects, and what belongs to none; by few lists, however many objects there are. Another platform's
 * archive is passed over: several may share a bucket, and one of them has no prefix. Of another folder one object is told.
 */
export async function survey(archive: Archive) {
  const found = new Survey(archive);
  let after: string | undefined;
  for (let isMore = true; isMore; ) {
    const names = await archive.list({ prefix: "", after, limit: LIST_NAMES });
    isMore = names.length === LIST_NAMES;
    for (const name of names) {
      if (after !== undefined && name <= after) continue;
      const known = await found.see(name);
      after = known > name ? known : name;
    }
  }
  return found;
}

class Survey {
  readonly partitions = new Map<string, ArchivePartition>();
  readonly foreign = new PartitionFindings({ topic: "", partition: 0 });
  readonly #archive: Archive;
  /** Of the bucket, beside the archive's own. */
  readonly #folders = new Set<string>();

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  /** Answers up to which name nothing new is to be seen. */
  async see(name: string): Promise<string> {
    const [, folder, topic = "", partition] = FOLDER.exec(name) ?? [];
    if (folder !== undefined) {
      const place = { topic, partition: Number(partition) };
      this.partitions.set(chainName(place), place);
      return `${folder}${ABOVE}`;
    }
    const beside = name.slice(0, name.indexOf("/") + 1);
    if (beside === "" || beside === RECORDS || beside === MANIFESTS) {
      this.foreign.wrong(name, undefined, "an object that is not of an archive");
      return name;
    }
    if (!this.#folders.has(beside) && !(await this.#isArchive(beside))) {
      this.foreign.wrong(name, undefined, `an object that is not of an archive, the first of ${beside}`);
    }
    this.#folders.add(beside);
    return `${beside}${ABOVE}`;
  }

  async #isArchive(prefix: string): Promise<boolean> {
    for (const kind of [MANIFESTS, RECORDS]) {
      const [name] = await this.#archive.list({ prefix: `${prefix}${kind}`, limit: 1 });
      if (name !== undefined && FOLDER.test(name.slice(prefix.length))) return true;
    }
    return false;
  }
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}
