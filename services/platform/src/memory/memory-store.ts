import type { Clock } from "../ports/clock.ts";
import {
  checkItems,
  type Store,
  StoreDamaged,
  type StoreItem,
  type StorePut,
  StoreUnavailable,
  WriteUnknown,
} from "../ports/store.ts";
import { MemoryTable } from "./memory-table.ts";

/** What befalls one call. */
export type StoreFault =
  /** `StoreUnavailable`: nothing is done (F6). */
  | { readonly kind: "refused" }
  /** A write: `WriteUnknown`, though it is done. A read: `StoreUnavailable`. */
  | { readonly kind: "answer-lost" }
  /** A `putAll`: the first `done` items are written, then `WriteUnknown`. Other calls: as `answer-lost`. */
  | { readonly kind: "cut-short"; readonly done: number }
  /** A write: `WriteUnknown` at once, done `milliseconds` later. A read: as `delayed`. */
  | { readonly kind: "done-late"; readonly milliseconds: number }
  /** Done and answered `milliseconds` later. */
  | { readonly kind: "delayed"; readonly milliseconds: number }
  /** A read: `StoreDamaged`, what is stored, at `key`, is not what was written (F14). A write: as `refused`. */
  | { readonly kind: "damaged"; readonly key?: string };

export interface StoreCall {
  readonly operation: "get" | "query" | "put" | "putAll" | "remove";
  /** The table of the call; of a `putAll`, that of its first item. */
  readonly table: string;
  /** Of a `get`. */
  readonly key?: string;
  /** How many items it reads or writes at most. */
  readonly items: number;
}

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Asked once for each call. */
  readonly fault?: (call: StoreCall) => StoreFault | undefined;
}

export interface MemoryStore extends Store {
  /** While it is down everything rejects with `StoreUnavailable`. */
  setDown(down: boolean): void;
  /** What it holds now, by table. */
  everything(): ReadonlyMap<string, readonly StoreItem[]>;
  /** Holds that and nothing else, as one that was restored to an earlier moment. */
  restore(everything: ReadonlyMap<string, readonly StoreItem[]>): void;
}

/** A store in memory, for tests, the simulation and the browser. */
export function memoryStore(options: MemoryStoreOptions): MemoryStore {
  const tables = new Map<string, MemoryTable>();
  let down = false;

  function tableOf(name: string): MemoryTable {
    let table = tables.get(name);
    if (table === undefined) {
      table = new MemoryTable();
      tables.set(name, table);
    }
    return table;
  }

  function meet(call: StoreCall): Promise<StoreFault | undefined> {
    return new Promise((resolve, reject) => {
      options.clock.soon(() => {
        const fault = options.fault?.(call);
        const isRefused = fault?.kind === "refused" || (fault?.kind === "damaged" && !isRead(call));
        if (down || isRefused) reject(new StoreUnavailable(down ? "the store is down" : "refused"));
        else if (fault?.kind === "delayed") options.clock.after(fault.milliseconds, () => resolve(undefined));
        else resolve(fault);
      });
    });
  }

  async function read<T>(call: StoreCall, action: () => T): Promise<T> {
    const fault = await meet(call);
    if (fault?.kind === "answer-lost" || fault?.kind === "cut-short") throw new StoreUnavailable("answer lost");
    if (fault?.kind === "damaged") throw new StoreDamaged("damaged", fault.key ?? call.key);
    if (fault?.kind === "done-late") await new Promise<void>((go) => options.clock.after(fault.milliseconds, go));
    return action();
  }

  async function write<T>(call: StoreCall, written: readonly StoreItem[], action: (items: number) => T): Promise<T> {
    checkItems(written);
    const fault = await meet(call);
    if (fault === undefined) return action(call.items);
    if (fault.kind === "done-late") options.clock.after(fault.milliseconds, () => void action(call.items));
    else action(fault.kind === "cut-short" && call.operation === "putAll" ? fault.done : call.items);
    throw new WriteUnknown(fault.kind);
  }

  return {
    get: (table, key) => read({ operation: "get", table, key, items: 1 }, () => tableOf(table).get(key)),
    query: (table, query) => read({ operation: "query", table, items: query.limit }, () => tableOf(table).query(query)),
    put: (table, item) => {
      const kept = copyOf(item);
      return write({ operation: "put", table, items: 1 }, [kept], () => tableOf(table).put(kept));
    },
    putAll: (puts) => {
      const kept = puts.map((put) => ({ table: put.table, item: copyOf(put.item) }));
      const call: StoreCall = { operation: "putAll", table: puts[0]?.table ?? "", items: puts.length };
      return write(
        call,
        kept.map(({ item }) => item),
        (items) => putSome(tableOf, kept, items),
      );
    },
    remove: (table, keys) =>
      write({ operation: "remove", table, items: keys.length }, [], () => {
        for (const key of keys) tableOf(table).remove(key);
      }),
    setDown(isDown) {
      down = isDown;
    },
    everything: () => new Map([...tables].map(([name, table]) => [name, table.all()])),
    restore(everything) {
      tables.clear();
      for (const [name, items] of everything) for (const item of items) tableOf(name).put(item);
    },
  };
}

function isRead({ operation }: StoreCall): boolean {
  return operation === "get" || operation === "query";
}

function putSome(tableOf: (name: string) => MemoryTable, puts: readonly StorePut[], items: number): void {
  for (const { table, item } of puts.slice(0, items)) tableOf(table).put(item);
}

/** The caller may use its buffer again, as with any store that sends it elsewhere. */
function copyOf(item: StoreItem): StoreItem {
  const { key, version, partition, sort } = item;
  return { key, version, partition, sort, body: item.body.slice() };
}
