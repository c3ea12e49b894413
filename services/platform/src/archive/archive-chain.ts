import { ArchiveManifestCodec } from "@atlas/gen/atlas/audit/v1/archive_codec";
import type { ArchiveManifest } from "@atlas/gen/atlas/audit/v1/archive_pb";
import { decode } from "@atlas/gen/codec/codec";
import { type Archive, LIST_NAMES } from "../ports/archive.ts";
import type { Compression } from "../ports/compression.ts";
import { type ArchivePlace, chainName, MANIFESTS, manifestName, placeOf } from "./object-names.ts";

/** A partition of the archive. */
export type ArchivePartition = Pick<ArchivePlace, "topic" | "partition">;

/** Where a partition's chain of manifests ends. */
export interface ChainEnd {
  /** One above the last offset; `undefined`: nothing is archived. */
  readonly next: number | undefined;
  /** Name of the object of records that ends there. */
  readonly recordsObject: string | undefined;
  /** SHA-256 of the last manifest; empty: there is none. */
  readonly sha256: Uint8Array;
}

/** Names above `after`, in their order, however many. */
async function* namesBelow(archive: Archive, prefix: string, after?: string): AsyncGenerator<string> {
  for (let last = after; ; ) {
    const names = await archive.list({ prefix, after: last, limit: LIST_NAMES });
    yield* names;
    if (names.length < LIST_NAMES) return;
    last = names.at(-1);
  }
}

/** All names below a prefix, in their order. */
export async function allNames(archive: Archive, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of namesBelow(archive, prefix)) names.push(name);
  return names;
}

/** Reads where a partition's chain ends, without reading the chain. */
export async function chainEnd(
  archive: Archive,
  partition: ArchivePartition,
  compression: Compression,
): Promise<ChainEnd> {
  const name = await lastManifest(archive, partition);
  const bytes = name === undefined ? undefined : await archive.read(name);
  if (bytes === undefined) return { next: undefined, recordsObject: undefined, sha256: new Uint8Array(0) };
  const { lastOffset, recordsObject } = readManifest(bytes);
  return { next: Number(lastOffset) + 1, recordsObject, sha256: await compression.sha256(bytes) };
}

/** Throws `MalformedError` or `UnknownFieldError`. */
export function readManifest(bytes: Uint8Array): ArchiveManifest {
  return decode(ArchiveManifestCodec, bytes);
}

/** The manifests of ranges that do not end below an offset, in order. */
export async function* manifestsFrom(
  archive: Archive,
  partition: ArchivePartition,
  from: number,
): AsyncGenerator<ArchiveManifest> {
  const first = await nameAtOrBelow(archive, partition, from);
  if (first !== undefined) yield* readAll(archive, [first]);
  yield* readAll(
    archive,
    namesBelow(archive, prefixOf(partition), first ?? manifestName({ ...partition, offset: from })),
  );
}

async function* readAll(archive: Archive, names: Iterable<string> | AsyncIterable<string>) {
  for await (const name of names) {
    const bytes = await archive.read(name);
    if (bytes !== undefined) yield readManifest(bytes);
  }
}

function prefixOf(partition: ArchivePartition): string {
  return `${MANIFESTS}${chainName(partition)}/`;
}

function lastManifest(archive: Archive, partition: ArchivePartition): Promise<string | undefined> {
  return nameAtOrBelow(archive, partition, Number.MAX_SAFE_INTEGER);
}

/** The last manifest that begins at or below an offset: by halving, for lists only go forwards and a chain may be long. */
async function nameAtOrBelow(archive: Archive, partition: ArchivePartition, most: number): Promise<string | undefined> {
  const prefix = prefixOf(partition);
  let found: string | undefined;
  // It begins at `low` or above, below `high`, if it is not the one found.
  let [low, high] = [0, most + 1];
  for (let from = 0; low < high; from = low + Math.floor((high - low) / 2)) {
    const after = from === 0 ? undefined : manifestName({ ...partition, offset: from - 1 });
    const names = await archive.list({ prefix, after, limit: LIST_NAMES });
    const fitting = names.filter((name) => (placeOf(name)?.offset ?? Number.POSITIVE_INFINITY) <= most);
    const last = fitting.at(-1);
    if (last === undefined) {
      high = from;
      continue;
    }
    found = last;
    if (names.length < LIST_NAMES || fitting.length < names.length) return found;
    low = (placeOf(last)?.offset ?? low) + 1;
  }
  return found;
}
