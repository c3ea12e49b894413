import type { StoreItem, StorePut } from "@atlas/platform/ports/store";

/** Items as they cross between threads: one buffer for all bodies, so that nothing is copied one by one. */
export interface PackedItems {
  readonly keys: readonly string[];
  readonly versions: Float64Array<ArrayBuffer>;
  readonly partitions: readonly string[];
  readonly sorts: readonly string[];
  readonly lengths: Uint32Array<ArrayBuffer>;
  readonly bodies: ArrayBuffer;
}

export interface PackedPuts extends PackedItems {
  readonly tables: readonly string[];
}

export function packItems(items: readonly StoreItem[]): PackedItems {
  const bodies = new Uint8Array(items.reduce((sum, item) => sum + item.body.length, 0));
  const versions = new Float64Array(items.length);
  const lengths = new Uint32Array(items.length);
  let at = 0;
  for (const [index, item] of items.entries()) {
    versions[index] = item.version;
    lengths[index] = item.body.length;
    bodies.set(item.body, at);
    at += item.body.length;
  }
  return {
    keys: items.map((item) => item.key),
    versions,
    partitions: items.map((item) => item.partition),
    sorts: items.map((item) => item.sort),
    lengths,
    bodies: bodies.buffer,
  };
}

export function packPuts(puts: readonly StorePut[]): PackedPuts {
  return { tables: puts.map((put) => put.table), ...packItems(puts.map((put) => put.item)) };
}

export function unpackItems(packed: PackedItems): StoreItem[] {
  let start = 0;
  return packed.keys.map((key, index) => {
    const length = packed.lengths[index]!;
    const body = new Uint8Array(packed.bodies, start, length);
    start += length;
    return {
      key,
      version: packed.versions[index]!,
      partition: packed.partitions[index]!,
      sort: packed.sorts[index]!,
      body,
    };
  });
}

/** What is handed over instead of copied. */
export function buffersOf(packed: PackedItems): ArrayBuffer[] {
  return [packed.versions.buffer, packed.lengths.buffer, packed.bodies];
}
