/** Bytes that an item's body has at most: DynamoDB takes 409,600 for all of an item. */
export const MOST_ITEM_BYTES = 400_000;

/** An item of a table. */
export interface StoreItem {
  /** Unique in its table; 1-200 ASCII characters. */
  readonly key: string;
  /** Rises with every change of the item; an older version never replaces a newer one. Safe integer, from 0. */
  readonly version: number;
  /**
   * How a query finds it: all items of one partition, by `sort` (compared as UTF-8 bytes; unique within the partition,
   * for pages are cut by it). Both are fixed for an item's life.
   */
  readonly partition: string;
  readonly sort: string;
  /** At most 400,000 bytes; of more a write is a `RangeError`, and nothing of it is done. */
  readonly body: Uint8Array;
}

export interface StorePut {
  readonly table: string;
  readonly item: StoreItem;
}

/** Which items of a partition: `from <= sort < to`, at most `limit` (1-1,000), in `sort` order or the reverse. */
export interface StoreQuery {
  readonly partition: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly descending?: boolean;
}

/**
 * The query store: tables of versioned items, read by key or by partition. No SQL, no scan, no join. Reads are
 * consistent: they see every write acknowledged before they were asked.
 *
 * Writes reject with `StoreUnavailable` when nothing of them was done (broken, full, or too much is waiting already),
 * `WriteUnknown` when some may have been; writing the same again is always safe. Reads reject with `StoreUnavailable`
 * too, with a `RangeError` when a table is not asked that way (orders and used request ids are asked by key alone, an account's
 * history by its partition alone), and with `StoreDamaged` when what is stored is not what was written. Writes in flight together take effect in any
 * order. When the machine (not the process) dies, the newest acknowledged writes may be lost, never one without all
 * that were acknowledged after it: recovery then starts further back, so the log is trimmed up to an older image (S28).
 */
export interface Store {
  /**
   * Milliseconds over which a writer that can wait gathers changes, for an item is paid for each time it is written; absent:
   * 250 (S27).
   */
  readonly gathering?: number;
  get(table: string, key: string): Promise<StoreItem | undefined>;
  query(table: string, query: StoreQuery): Promise<readonly StoreItem[]>;
  /** Writes if no version at or above the item's stands: `true`, or `false` and nothing changed. */
  put(table: string, item: StoreItem): Promise<boolean>;
  /** The same for each of 1-1,000 items, independently: an item with a version at or above stays as it is. */
  putAll(puts: readonly StorePut[]): Promise<void>;
  /** Removes by key; absent is fine. */
  remove(table: string, keys: readonly string[]): Promise<void>;
}

export class StoreUnavailable extends Error {
  override name = "StoreUnavailable";
}

export class WriteUnknown extends Error {
  override name = "WriteUnknown";
}

/** A stored item is not what was written. */
export class StoreDamaged extends Error {
  override name = "StoreDamaged";
  /** Which item; `undefined`: that is not known. */
  readonly key: string | undefined;

  constructor(message: string, key?: string) {
    super(message);
    this.key = key;
  }
}

/** Throws a `RangeError` unless every item may have its body. */
export function checkItems(items: readonly Pick<StoreItem, "key" | "body">[]): void {
  for (const { key, body } of items) {
    if (body.length > MOST_ITEM_BYTES)
      throw new RangeError(`${key} has ${body.length} bytes: an item has ${MOST_ITEM_BYTES} at most`);
  }
}
