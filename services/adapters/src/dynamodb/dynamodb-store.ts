import {
  checkItems,
  type Store,
  type StoreItem,
  type StorePut,
  type StoreQuery,
  StoreUnavailable,
  WriteUnknown,
} from "@atlas/platform/ports/store";
import { BatchGetItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import DataLoader from "dataloader";
import pLimit from "p-limit";
import { type DynamodbAccess, openClient, persist, RequestFailed, sendOnce } from "./client.ts";
import {
  type Attributes,
  attributesOf,
  impliedPlaceOf,
  isImplied,
  itemFrom,
  keyAttributes,
  ownAttributesOf,
  ownPlaceOf,
  type Place,
  placeIn,
  placeOf,
  pointerPlaceOf,
  pointerTo,
} from "./item-form.ts";
import { KnownKeys } from "./known-keys.ts";
import { TABLES, type TableDesign } from "./table-design.ts";
import { ifNewer, type TableItem, type Writer, writeBatches, writeNewer } from "./write-batch.ts";

export interface DynamodbStoreOptions extends DynamodbAccess {
  /** Default: those of the platform. Any other name in a call is a `RangeError`. */
  readonly tables?: readonly TableDesign[];
  /** Milliseconds for which a call goes on trying; default 5,000. */
  readonly patience?: number;
  /** Bytes of writes handed over and not answered, above which more reject with `StoreUnavailable`; default 64 MB. */
  readonly pendingBytes?: number;
}

export interface DynamodbStore extends Store {
  close(): Promise<void>;
}

interface DesignedPut {
  readonly table: TableDesign;
  readonly item: StoreItem;
}

const MAX_PUTS = 1_000;
const READ_ITEMS = 100;
/** Requests that write many items under way at a time, so that a batch does not press on all else at once. */
const ABREAST = 4;
/** What a write costs beside its body, about. */
const ITEM_BYTES = 500;
/** Keys whose pointers are known to stand; more are written again. */
const KNOWN_KEYS = 200_000;

/** The store on tables that `createTables` has made. Opens nothing: DynamoDB is asked when something is wanted. */
export function openDynamodbStore(options: DynamodbStoreOptions): DynamodbStore {
  return new TableStore(openClient(options), options);
}

class TableStore implements DynamodbStore {
  /** Most orders end within two seconds, and then are written once. */
  readonly gathering = 2_000;
  readonly #client: DynamoDBClient;
  readonly #prefix: string;
  readonly #tables: ReadonlyMap<string, TableDesign>;
  readonly #patience: number;
  readonly #writer: Writer;
  /** For what is little, and what others wait for: behind a backlog it would take minutes. */
  readonly #ahead: Writer;
  readonly #pendingBytes: number;
  readonly #known = new KnownKeys(KNOWN_KEYS);
  readonly #loaders = new Map<string, DataLoader<Place, Attributes | undefined>>();
  #bytes = 0;
  #closed = false;

  constructor(client: DynamoDBClient, options: DynamodbStoreOptions) {
    this.#client = client;
    this.#prefix = options.prefix ?? "";
    this.#tables = new Map((options.tables ?? TABLES).map((table) => [table.name, table]));
    this.#patience = options.patience ?? 5_000;
    this.#writer = { client, limit: pLimit(ABREAST), patience: this.#patience };
    this.#ahead = { ...this.#writer, limit: pLimit(ABREAST) };
    this.#pendingBytes = options.pendingBytes ?? 64 << 20;
  }

  async get(table: string, key: string): Promise<StoreItem | undefined> {
    const { place } = this.#design(table);
    if (place === "key") return this.#itemAt(table, ownPlaceOf(key));
    const implied = impliedPlaceOf(key);
    if (place === "partition, unpointed") {
      if (implied === undefined) throw new RangeError(`${table} is not asked by keys like ${key}`);
      return this.#itemAt(table, implied);
    }
    const asked = [pointerPlaceOf(key), ...(implied === undefined ? [] : [implied])];
    const found = await this.#read(() => this.#getSome(table, asked));
    const item = found.find(({ p }) => p?.S === implied?.p);
    if (item !== undefined) return itemFrom(item);
    const [pointer] = found;
    return pointer === undefined ? undefined : this.#itemAt(table, placeIn(pointer));
  }

  async query(table: string, query: StoreQuery): Promise<readonly StoreItem[]> {
    if (this.#design(table).place === "key") throw new RangeError(`${table} is asked by key alone`);
    const { partition, from = "", to = HIGHEST, limit, descending = false } = query;
    if (limit < 1 || limit > MAX_PUTS) throw new RangeError(`limit is 1 to ${MAX_PUTS}, not ${limit}`);
    if (isAbove(from, to)) return [];
    const items: StoreItem[] = [];
    let start: Attributes | undefined;
    do {
      const page = await this.#read(() =>
        sendOnce((options) =>
          this.#client.send(
            new QueryCommand({
              TableName: this.#prefix + table,
              ConsistentRead: true,
              KeyConditionExpression: "p = :p AND s BETWEEN :from AND :to",
              ExpressionAttributeValues: {
                ":p": { S: placeOf({ partition, sort: "", key: "" }).p },
                ":from": { S: from === "" ? LOWEST : from },
                ":to": { S: to },
              },
              ScanIndexForward: !descending,
              Limit: limit - items.length,
              ExclusiveStartKey: start,
            }),
            options,
          ),
        ),
      );
      items.push(...(page.Items ?? []).map(itemFrom));
      start = page.LastEvaluatedKey;
    } while (start !== undefined && items.length < limit);
    return items;
  }

  async put(table: string, item: StoreItem): Promise<boolean> {
    const design = this.#design(table);
    const kept = copyOf(item);
    return this.#write([kept], async () => {
      await this.#point([{ table: design, item: kept }]);
      const attributes = formOf(design, kept);
      const command = new PutItemCommand({ TableName: this.#prefix + table, Item: attributes, ...ifNewer(attributes) });
      try {
        // Not again when the answer was lost: the second attempt could not tell its own item from another's.
        await persist(
          this.#patience,
          () => sendOnce((options) => this.#client.send(command, options)),
          ({ again, isUndone }) => again && isUndone,
        );
        return true;
      } catch (error) {
        if ((error as Error).message.startsWith("ConditionalCheckFailedException")) return false;
        throw error;
      }
    });
  }

  async putAll(puts: readonly StorePut[]): Promise<void> {
    if (puts.length < 1 || puts.length > MAX_PUTS) throw new RangeError(`1 to ${MAX_PUTS} items, not ${puts.length}`);
    const kept = newestOfEach(puts).map(({ table, item }) => ({ table: this.#design(table), item: copyOf(item) }));
    await this.#write(
      kept.map(({ item }) => item),
      async () => {
        await this.#point(kept);
        await writeNewer(
          this.#writer,
          kept.map((put) => this.#tableItem(put)),
        );
      },
    );
  }

  async remove(table: string, keys: readonly string[]): Promise<void> {
    const design = this.#design(table);
    await this.#write([], async () => {
      if (design.place === "key") return this.#delete(table, keys.map(ownPlaceOf));
      const places = keys.flatMap((key) => impliedPlaceOf(key) ?? []);
      if (design.place === "partition") places.push(...(await this.#pointedAt(table, keys)));
      await this.#delete(table, places);
      if (design.place !== "partition") return;
      for (const key of keys) this.#known.delete(`${table} ${key}`);
      // After the items: a pointer to nothing is nothing.
      await this.#delete(table, keys.map(pointerPlaceOf));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client.destroy();
  }

  /**
   * Sees to it that what is written can be found by its key. Before the items: one that stands without its pointer would be
   * told as absent for ever, and an absent order is made a second time.
   */
  async #point(puts: readonly DesignedPut[]): Promise<void> {
    const needed = puts.filter(
      ({ table, item }) =>
        table.place === "partition" && !isImplied(item) && !this.#known.has(`${table.name} ${item.key}`),
    );
    for (const table of new Set(needed.map((put) => put.table))) {
      const items = needed.filter((put) => put.table === table).map(({ item }) => item);
      const writes = items.map((item) => ({ PutRequest: { Item: pointerTo(item) } }));
      await writeBatches(this.#ahead, { table: this.#prefix + table.name, writes }).catch((error) => {
        // Pointers alone show nothing.
        throw new RequestFailed({ isUndone: true, again: true, reason: (error as Error).message });
      });
      for (const { key } of items) this.#known.add(`${table.name} ${key}`);
    }
  }

  #tableItem({ table, item }: DesignedPut): TableItem {
    return { table: this.#prefix + table.name, attributes: formOf(table, item), bytes: item.body.length + ITEM_BYTES };
  }

  async #delete(table: string, places: readonly Place[]): Promise<void> {
    const writes = places.map((place) => ({ DeleteRequest: { Key: keyAttributes(place) } }));
    await writeBatches(this.#ahead, { table: this.#prefix + table, writes });
  }

  async #pointedAt(table: string, keys: readonly string[]): Promise<Place[]> {
    const places: Place[] = [];
    for (let start = 0; start < keys.length; start += READ_ITEMS) {
      const asked = keys.slice(start, start + READ_ITEMS).map(pointerPlaceOf);
      places.push(...(await this.#read(() => this.#getSome(table, asked))).map(placeIn));
    }
    return places;
  }

  async #itemAt(table: string, place: Place): Promise<StoreItem | undefined> {
    const found = await this.#loaderOf(table).load(place);
    return found === undefined ? undefined : itemFrom(found);
  }

  /** What is asked for in one turn is asked in one request. */
  #loaderOf(table: string): DataLoader<Place, Attributes | undefined> {
    let loader = this.#loaders.get(table);
    if (loader === undefined) {
      loader = new DataLoader((places) => this.#getEach(table, places), { cache: false, maxBatchSize: READ_ITEMS });
      this.#loaders.set(table, loader);
    }
    return loader;
  }

  /** In the order asked; DynamoDB takes no place twice. */
  async #getEach(table: string, places: readonly Place[]): Promise<(Attributes | undefined)[]> {
    const asked = new Map(places.map((place) => [nameOf(place), place]));
    const found = await this.#read(() => this.#getSome(table, [...asked.values()]));
    const byName = new Map(found.map((item) => [nameOf({ p: item.p?.S ?? "", s: item.s?.S ?? "" }), item]));
    return places.map((place) => byName.get(nameOf(place)));
  }

  /** An answer holds only so many bytes: what it leaves out is asked for again, as long as something comes. */
  async #getSome(table: string, places: readonly Place[]): Promise<Attributes[]> {
    const name = this.#prefix + table;
    const found: Attributes[] = [];
    let left: Attributes[] = places.map(keyAttributes);
    while (left.length > 0) {
      const command = new BatchGetItemCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: true } } });
      const answer = await sendOnce((options) => this.#client.send(command, options));
      found.push(...(answer.Responses?.[name] ?? []));
      const unread: Attributes[] = answer.UnprocessedKeys?.[name]?.Keys ?? [];
      if (unread.length === left.length) throw throttled();
      left = unread;
    }
    return found;
  }

  async #read<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    try {
      return await persist(this.#patience, ask);
    } catch (error) {
      throw new StoreUnavailable((error as Error).message);
    }
  }

  async #write<Answer>(items: readonly StoreItem[], work: () => Promise<Answer>): Promise<Answer> {
    if (this.#closed) throw new StoreUnavailable("the store is closed");
    checkItems(items);
    const bytes = items.reduce((sum, { body }) => sum + body.length + ITEM_BYTES, 0);
    // One that is larger than the bound passes when nothing else waits.
    if (this.#bytes > 0 && this.#bytes + bytes > this.#pendingBytes) {
      throw new StoreUnavailable("too many bytes wait to be written");
    }
    this.#bytes += bytes;
    try {
      return await work();
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof RequestFailed && !error.isUndone) throw new WriteUnknown(message);
      throw new StoreUnavailable(message);
    } finally {
      this.#bytes -= bytes;
    }
  }

  #design(table: string): TableDesign {
    const design = this.#tables.get(table);
    if (design === undefined) throw new RangeError(`no table ${table}`);
    return design;
  }
}

/** Bounds of a sort key: DynamoDB takes no empty one. */
const LOWEST = "\u0000";
const HIGHEST = "\u{10ffff}";

/** Whether `left` is `right` or stands above it, as UTF-8 bytes. */
function isAbove(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) >= 0;
}

/** Of several versions of one item the highest: a transaction takes an item once. */
function newestOfEach(puts: readonly StorePut[]): StorePut[] {
  const newest = new Map<string, StorePut>();
  for (const put of puts) {
    const name = `${put.table} ${put.item.key}`;
    const standing = newest.get(name);
    if (standing === undefined || standing.item.version < put.item.version) newest.set(name, put);
  }
  return [...newest.values()];
}

function nameOf({ p, s }: Place): string {
  return `${p}\u0000${s}`;
}

/** As DynamoDB says it of a whole request. */
function throttled(): Error {
  const refused = new Error("keys were not processed");
  refused.name = "ThrottlingException";
  return refused;
}

function formOf({ place }: TableDesign, item: StoreItem): Attributes {
  return place === "key" ? ownAttributesOf(item) : attributesOf(item);
}

/** The caller may use its buffer again. */
function copyOf(item: StoreItem): StoreItem {
  return { ...item, body: item.body.slice() };
}
