import { crc32 } from "node:zlib";
import { StoreDamaged, type StoreItem } from "@atlas/platform/ports/store";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Attributes = Record<string, AttributeValue>;

/** The two key attributes of an item. */
export interface Place {
  readonly p: string;
  readonly s: string;
}

/** Between an item's sort and its key: below every character of either, so items stand in the order of `sort`. */
const GAP = "\u0000";
const ITEMS = "i:";
const POINTERS = "k:";
const POINTER_SORT = "-";
/** Of a table whose items stand each for itself. */
const BY_KEY = "o:";

export function placeOf({ partition, sort, key }: Pick<StoreItem, "partition" | "sort" | "key">): Place {
  return { p: ITEMS + partition, s: sort + GAP + key };
}

/** Where an item of a table stands that is asked by key alone. */
export function ownPlaceOf(key: string): Place {
  return { p: BY_KEY + key, s: POINTER_SORT };
}

/** Where the item that points from `key` stands. */
export function pointerPlaceOf(key: string): Place {
  return { p: POINTERS + key, s: POINTER_SORT };
}

/** The place that follows from a key of the form `partition/sort`; `undefined`: the key is not of that form. */
export function impliedPlaceOf(key: string): Place | undefined {
  const slash = key.lastIndexOf("/");
  if (slash < 0) return undefined;
  return placeOf({ partition: key.slice(0, slash), sort: key.slice(slash + 1), key });
}

/** Whether an item is found by its key without a pointer. */
export function isImplied({ key, partition, sort }: StoreItem): boolean {
  return key === `${partition}/${sort}` && !sort.includes("/");
}

export function keyAttributes({ p, s }: Place): Attributes {
  return { p: { S: p }, s: { S: s } };
}

/** Of an item in its partition. */
export function attributesOf(item: StoreItem): Attributes {
  return { ...keyAttributes(placeOf(item)), ...contentOf(item) };
}

/** Of an item that stands for itself. */
export function ownAttributesOf(item: StoreItem): Attributes {
  const { key, partition, sort } = item;
  return { ...keyAttributes(ownPlaceOf(key)), ...contentOf(item), w: { S: partition + GAP + sort } };
}

function contentOf(item: StoreItem): Attributes {
  return { v: { N: `${item.version}` }, b: { B: item.body }, c: { N: `${checksum(item)}` } };
}

/** The pointer to an item: its place, as its body. */
export function pointerTo(item: StoreItem): Attributes {
  const { p, s } = placeOf(item);
  return { ...keyAttributes(pointerPlaceOf(item.key)), tp: { S: p }, ts: { S: s } };
}

export function placeIn(pointer: Attributes): Place {
  return { p: pointer.tp?.S ?? "", s: pointer.ts?.S ?? "" };
}

/** Throws `StoreDamaged` when the item is not what was written. */
export function itemFrom(attributes: Attributes): StoreItem {
  const place = attributes.p?.S ?? "";
  const isOwn = place.startsWith(BY_KEY);
  const pair = (isOwn ? attributes.w?.S : attributes.s?.S) ?? "";
  const gap = pair.indexOf(GAP);
  const [before, behind] = [pair.slice(0, gap), pair.slice(gap + 1)];
  const named = isOwn
    ? { key: place.slice(BY_KEY.length), partition: before, sort: behind }
    : { key: behind, partition: place.slice(ITEMS.length), sort: before };
  const item = { ...named, version: Number(attributes.v?.N), body: attributes.b?.B ?? new Uint8Array(0) };
  if (gap < 0 || Number(attributes.c?.N) !== checksum(item)) {
    throw new StoreDamaged(`item ${item.key} of partition ${item.partition} is not what was written`, item.key);
  }
  return item;
}

function checksum({ version, body }: Pick<StoreItem, "version" | "body">): number {
  return crc32(body, crc32(`${version}`));
}
