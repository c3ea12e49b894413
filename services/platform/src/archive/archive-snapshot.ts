import type { Archive } from "../ports/archive.ts";
import { allNames } from "./archive-chain.ts";
import { MANIFESTS, placeOf, RECORDS, recordsName } from "./object-names.ts";

/**
 * Names of an archive's objects as of one moment, though archivers go on meanwhile: each manifest's object and the manifests
 * before it are among them, and of objects without a manifest only what waits for one. What is wrong in it is so among them, too.
 */
export async function snapshotNames(archive: Archive): Promise<string[]> {
  // An object is written behind the manifest before it: of those listed here at most a partition's last is named by none below.
  const before = new Set(await allNames(archive, RECORDS));
  const ends = lastOfFolders(await allNames(archive, MANIFESTS));
  // A list may show the later of two that come meanwhile, and not the earlier: up to where the first went, the second has all.
  const manifests = (await allNames(archive, MANIFESTS)).filter((name) => name <= (ends.get(folderOf(name)) ?? ""));
  const named = new Set(manifests.map(recordsNamedBy));
  const records = await allNames(archive, RECORDS);
  return [...records.filter((name) => before.has(name) || named.has(name)), ...manifests];
}

function recordsNamedBy(manifest: string): string | undefined {
  const place = placeOf(manifest);
  return place && recordsName(place);
}

/** Of names in their order. */
function lastOfFolders(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [folderOf(name), name]));
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}
