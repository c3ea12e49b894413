/**
 * A place in the archive: of the objects behind those that end below an offset of a partition. They begin at it, or above where the
 * log had dropped what was due: by what was due a name is taken, whoever writes and whatever he still found.
 */
export interface ArchivePlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export const RECORDS = "records/";
export const MANIFESTS = "manifests/";

/** Digits of an offset, so that names sort as offsets do. */
const DIGITS = 16;
const NAME =
  /^(?:records\/([a-z.]{1,64})\/(\d{1,4})\/(\d{16})\.zst|manifests\/([a-z.]{1,64})\/(\d{1,4})\/(\d{16})\.pb)$/;

export function recordsName(place: ArchivePlace): string {
  return `${RECORDS}${chainName(place)}/${digits(place.offset)}.zst`;
}

export function manifestName(place: ArchivePlace): string {
  return `${MANIFESTS}${chainName(place)}/${digits(place.offset)}.pb`;
}

/** A partition's, below `records/` and `manifests/`. */
export function chainName({ topic, partition }: Pick<ArchivePlace, "topic" | "partition">): string {
  return `${topic}/${partition}`;
}

/** The place that an object's name says; `undefined`: it is no name of ours. */
export function placeOf(name: string): ArchivePlace | undefined {
  const found = NAME.exec(name);
  if (found === null) return undefined;
  const [, recordsTopic, recordsPartition, recordsOffset, topic, partition, offset] = found;
  const place = {
    topic: recordsTopic ?? (topic as string),
    partition: Number(recordsPartition ?? partition),
    offset: Number(recordsOffset ?? offset),
  };
  const again = name.startsWith(RECORDS) ? recordsName(place) : manifestName(place);
  return again === name ? place : undefined;
}

function digits(offset: number): string {
  return String(offset).padStart(DIGITS, "0");
}
