import { isImplied } from "@atlas/adapters/dynamodb/item-form";
import { TABLES } from "@atlas/adapters/dynamodb/table-design";
import type { Log } from "@atlas/platform/ports/log";
import type { Store, StoreItem, StorePut } from "@atlas/platform/ports/store";
import type { Ground } from "../platform/open-shards.ts";

/** What was written under a name: to a topic, or to a table. */
export interface Written {
  /** Frames, or items. */
  count: number;
  bytes: number;
  /** Of DynamoDB; 0 of a topic. */
  units: number;
}

/** By topic and table, since it was last emptied. */
export type Tally = Map<string, Written>;

/** DynamoDB counts the names of attributes, too, and what stands behind a key: about so much an item. */
const ITEM_OVERHEAD = 40;
const UNIT_BYTES = 1_024;
/** A write in a transaction counts twice. */
const IN_TRANSACTION = 2;

/** Counts what goes through to the log and to the store, and what DynamoDB would charge for it. */
export function counted({ log, store }: Ground, tally: Tally): Ground {
  return { log: countedLog(log, tally), store: countedStore(store, tally) };
}

function countedLog(log: Log, tally: Tally): Log {
  return {
    append: (topic, partition, bytes) => {
      add(tally, topic, bytes.length, 0);
      return log.append(topic, partition, bytes);
    },
    ...{ read: log.read.bind(log), range: log.range.bind(log), tail: log.tail.bind(log), trim: log.trim.bind(log) },
  };
}

function countedStore(store: Store, tally: Tally): Store {
  const known = new Set<string>();
  const note = ({ table, item }: StorePut, factor: number) => {
    const bytes = bytesOf(item);
    add(tally, table, bytes, factor * Math.ceil(bytes / UNIT_BYTES));
    const hasPointers = TABLES.find(({ name }) => name === table)?.place === "partition";
    if (!hasPointers || isImplied(item) || known.has(`${table} ${item.key}`)) return;
    known.add(`${table} ${item.key}`);
    add(tally, `${table} pointers`, item.key.length + item.partition.length + item.sort.length + ITEM_OVERHEAD, 1);
  };
  return {
    // As DynamoDB's store asks for it.
    gathering: 2_000,
    put: (table, item) => {
      note({ table, item }, 1);
      return store.put(table, item);
    },
    putAll: (puts) => {
      for (const put of puts) note(put, IN_TRANSACTION);
      return store.putAll(puts);
    },
    ...{ get: store.get.bind(store), query: store.query.bind(store), remove: store.remove.bind(store) },
  };
}

function bytesOf({ key, partition, sort, body }: StoreItem): number {
  return key.length + partition.length + sort.length + body.length + ITEM_OVERHEAD;
}

function add(tally: Tally, name: string, bytes: number, units: number): void {
  const written = tally.get(name) ?? { count: 0, bytes: 0, units: 0 };
  tally.set(name, { count: written.count + 1, bytes: written.bytes + bytes, units: written.units + units });
}
