import type { ArchiveManifest, PartitionCheckpoint } from "@atlas/gen/atlas/audit/v1/archive_pb";
import type { VerifyResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { hexadecimal } from "../text/hexadecimal.ts";
import { openFrame } from "../wire/codec/frame.ts";
import { type ArchivePartition, allNames, readManifest } from "./archive-chain.ts";
import { chainName, MANIFESTS, placeOf, RECORDS, recordsName } from "./object-names.ts";
import { PartitionFindings } from "./partition-findings.ts";
import { manifestBytes, manifestOf, openRecords, type RecordsObject, UnreadableObject } from "./records-object.ts";
import type { ArchiveReading } from "./verify-archive.ts";

/** Checks every object of a partition, and that it goes on from where it stood once. */
export async function verifyPartition(
  reading: ArchiveReading,
  partition: ArchivePartition,
  known?: PartitionCheckpoint,
): Promise<VerifyResponse> {
  const check = new PartitionCheck(reading, partition, known);
  // Records before manifests: what comes meanwhile has its manifest then, or is behind the end.
  const records = await allNames(reading.archive, `${RECORDS}${chainName(partition)}/`);
  for (const name of await allNames(reading.archive, `${MANIFESTS}${chainName(partition)}/`))
    await check.manifest(name);
  check.end(records);
  return check.findings.answer();
}

class PartitionCheck {
  readonly findings: PartitionFindings;
  readonly #reading: ArchiveReading;
  readonly #partition: ArchivePartition;
  readonly #known: PartitionCheckpoint | undefined;
  /** Whether the chain was seen to pass where it stood once. */
  #isMet = false;
  /** One above the last offset; `undefined`: nothing came yet, or what came could not be read. */
  #next: number | undefined;
  /** SHA-256 of the manifest before; `undefined`: it could not be read. */
  #previous: Uint8Array | undefined = new Uint8Array(0);
  readonly #named = new Set<string>();

  constructor(reading: ArchiveReading, partition: ArchivePartition, known: PartitionCheckpoint | undefined) {
    this.#reading = reading;
    this.#partition = partition;
    this.#known = known;
    this.findings = new PartitionFindings(partition);
  }

  /** The next one by name. */
  async manifest(name: string): Promise<void> {
    const { archive, compression } = this.#reading;
    const place = placeOf(name);
    const bytes = place && (await archive.read(name));
    if (place === undefined || bytes === undefined) {
      this.findings.wrong(name, undefined, place === undefined ? "no name of a manifest" : "it cannot be read");
      return;
    }
    const manifest = parsed(bytes);
    if (typeof manifest === "string") {
      this.findings.wrong(name, place.offset, `it is no manifest: ${manifest}`);
      this.#next = undefined;
    } else {
      await this.#range(name, place.offset, manifest, bytes);
    }
    this.#previous = await compression.sha256(bytes);
    if (typeof manifest !== "string") this.#passed(name, manifest, this.#previous);
  }

  /** Everything is read: `records` are the names of all objects of records that stood there before. */
  end(records: readonly string[]): void {
    for (const name of records) {
      if (this.#named.has(name)) continue;
      const offset = placeOf(name)?.offset;
      const isNext = offset !== undefined && (this.#next === undefined || offset === this.#next);
      if (isNext && this.findings.answer().unfinished === "") this.findings.unfinished(name);
      else this.findings.wrong(name, offset, "no manifest names it");
    }
    if (this.#known === undefined || this.#isMet) return;
    const { nextOffset, manifestSha256 } = this.#known;
    const before = nextOffset === 0n ? undefined : Number(nextOffset) - 1;
    const text = `at the checkpoint a manifest ended with offset ${before}, SHA-256 ${hexadecimal(manifestSha256)}: it is gone`;
    this.findings.wrong("", before, text);
  }

  async #range(name: string, offset: number, manifest: ArchiveManifest, bytes: Uint8Array): Promise<void> {
    const first = Number(manifest.firstOffset);
    const lost = Number(manifest.lost);
    if (this.#next !== undefined && first - lost !== this.#next) {
      this.findings.wrong(name, this.#next, `it begins at ${first}, and ${this.#next} is due`);
    }
    if (lost > 0) {
      const range = `${first - lost} to ${first - 1}`;
      this.findings.wrong(name, first - lost, `offsets ${range} were gone from the log before they could be kept`);
    }
    if (this.#previous !== undefined && !same(this.#previous, manifest.previousSha256)) {
      this.findings.wrong(name, offset, "the manifest before is not the one that it was written behind");
    }
    this.#next = Number(manifest.lastOffset) + 1;
    if (this.#named.size === 0) this.findings.begin(manifest);
    if (!isNamedBy(offset, manifest))
      this.findings.wrong(name, offset, `it begins at ${first}, and has another's name`);
    // By the place, not by what the manifest says: where it says another, it is the manifest that was changed.
    const place = { ...this.#partition, offset };
    const object = recordsName(place);
    this.#named.add(object);
    const contents = await this.#records(object, manifest, offset);
    if (contents === undefined) return;
    const link = { previous: manifest.previousSha256, lost };
    const due = await manifestOf(place, contents, link, this.#reading.compression);
    if (same(bytes, manifestBytes(due))) this.findings.sound(manifest);
    else this.findings.wrong(name, offset, `it does not describe ${object}: ${difference(manifest, due)}`);
  }

  async #records(name: string, manifest: ArchiveManifest, offset: number): Promise<RecordsObject | undefined> {
    const { archive, compression, digest } = this.#reading;
    const object = await archive.read(name);
    if (object === undefined) {
      this.findings.wrong(name, offset, "it is missing");
      return undefined;
    }
    if (!same(await compression.sha256(object), manifest.objectSha256)) {
      this.findings.wrong(name, offset, "it was changed: its SHA-256 is not the manifest's");
    }
    try {
      const contents = await openRecords(object, compression);
      for (const { bytes } of contents.records) if (!isFrame(bytes, digest)) this.findings.unreadable();
      return contents;
    } catch (error) {
      if (!(error instanceof UnreadableObject)) throw error;
      this.findings.wrong(name, offset, `it cannot be read: ${error.message}`);
      return undefined;
    }
  }

  /** The chain is behind a manifest. */
  #passed(name: string, { lastOffset }: ArchiveManifest, sha256: Uint8Array): void {
    const { topic, partition } = this.#partition;
    const nextOffset = lastOffset + 1n;
    this.findings.end({
      $typeName: "atlas.audit.v1.PartitionCheckpoint",
      ...{ topic, partition, nextOffset, manifestSha256: sha256 },
    });
    if (this.#known?.nextOffset !== nextOffset) return;
    this.#isMet = true;
    if (!same(sha256, this.#known.manifestSha256)) {
      this.findings.wrong(name, Number(lastOffset), "it is not the one that stood here at the checkpoint");
    }
  }
}

/** What was due, or what the range begins with: older archives have that where the log had dropped what was due. */
function isNamedBy(offset: number, { firstOffset, lost, previousSha256 }: ArchiveManifest): boolean {
  const due = previousSha256.length === 0 ? 0n : firstOffset - lost;
  return BigInt(offset) === due || BigInt(offset) === firstOffset;
}

function parsed(bytes: Uint8Array): ArchiveManifest | string {
  try {
    return readManifest(bytes);
  } catch (error) {
    return (error as Error).message;
  }
}

function isFrame(bytes: Uint8Array, digest: ArchiveReading["digest"]): boolean {
  try {
    openFrame(bytes, digest);
    return true;
  } catch {
    return false;
  }
}

/** The first field in which two manifests differ, in words. */
function difference(stands: ArchiveManifest, due: ArchiveManifest): string {
  for (const [field, value] of Object.entries(due)) {
    const text = JSON.stringify(value, plain);
    const other = JSON.stringify(stands[field as keyof ArchiveManifest], plain);
    if (text !== other) return `${field} is ${other}, and ${text} is due`;
  }
  return "it is not written as manifests are";
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return hexadecimal(value);
  return typeof value === "bigint" ? String(value) : value;
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
