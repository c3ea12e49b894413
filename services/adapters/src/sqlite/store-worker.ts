import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { StoreDamaged, type StoreItem } from "@atlas/platform/ports/store";
import { failureOf, isCertainlyUndone } from "./failure.ts";
import { openStoreDatabase, type StoreDatabase } from "./store-database.ts";
import type { FromStore, StoreRead, StoreThreadData, StoreWrite, ToStore } from "./store-messages.ts";
import { buffersOf, packItems, unpackItems } from "./store-pack.ts";
import type { StoreTable } from "./store-table.ts";

/** The thread of the store. Reads go before the writes that wait; these share a transaction. */
const port = parentPort as MessagePort;
const { folder, tables: names } = workerData as StoreThreadData;

/** Writes of one transaction; between two of them reads get their turn. */
const MAX_GROUPED_ITEMS = 2_000;

start();

function start(): void {
  try {
    const store = openStoreDatabase(folder, names);
    port.on("message", (message: ToStore) => serve(store, message));
    port.postMessage({ kind: "opened" } satisfies FromStore);
  } catch (error) {
    port.postMessage({ kind: "refused", failure: failureOf(error) } satisfies FromStore);
  }
}

function serve(store: StoreDatabase, first: ToStore): void {
  const writes: StoreWrite[] = [];
  let isClosing = false;
  function sort(message: ToStore): void {
    if (message.kind === "close") isClosing = true;
    else if (message.kind === "put" || message.kind === "remove") writes.push(message);
    else read(store, message);
  }
  sort(first);
  do {
    for (let message = waiting(); message !== undefined; message = waiting()) sort(message);
    if (writes.length > 0) write(store, takeGroup(writes));
  } while (writes.length > 0);
  if (!isClosing) return;
  store.database.close();
  port.close();
}

function waiting(): ToStore | undefined {
  return receiveMessageOnPort(port)?.message as ToStore | undefined;
}

function takeGroup(writes: StoreWrite[]): StoreWrite[] {
  let items = 0;
  let count = 0;
  while (count < writes.length && items < MAX_GROUPED_ITEMS) {
    const write = writes[count]!;
    items += write.kind === "put" ? write.puts.keys.length : write.keys.length;
    count += 1;
  }
  return writes.splice(0, count);
}

function read(store: StoreDatabase, message: StoreRead): void {
  try {
    if (message.kind === "pragma") {
      const row = store.database.prepare(`PRAGMA ${message.text}`).get() ?? {};
      return send({ kind: "value", id: message.id, value: Object.values(row)[0] });
    }
    const items = packItems(find(tableOf(store, message.table), message));
    port.postMessage({ kind: "items", id: message.id, items } satisfies FromStore, buffersOf(items));
  } catch (error) {
    send({ kind: "failed", id: message.id, failure: storeFailure(error), certain: true });
  }
}

function find(table: StoreTable, message: Exclude<StoreRead, { kind: "pragma" }>): StoreItem[] {
  if (message.kind === "query") return table.query(message.query);
  const item = table.get(message.key);
  return item === undefined ? [] : [item];
}

function write(store: StoreDatabase, writes: readonly StoreWrite[]): void {
  const { database } = store;
  let committing = false;
  try {
    database.exec("BEGIN IMMEDIATE");
    const changed = writes.map((message) => apply(store, message));
    for (const table of store.tables.values()) table.beforeCommit();
    committing = true;
    database.exec("COMMIT");
    for (const [index, { id }] of writes.entries()) send({ kind: "written", id, changed: changed[index]! });
  } catch (error) {
    const certain = !committing || isCertainlyUndone(error);
    undo(store);
    for (const { id } of writes) send({ kind: "failed", id, failure: storeFailure(error), certain });
  }
}

function undo({ database, tables }: StoreDatabase): void {
  try {
    if (database.isTransaction) database.exec("ROLLBACK");
    for (const table of tables.values()) table.undone();
  } catch (error) {
    // What is in memory may no longer be what is in the file: nothing here can be trusted until the next start.
    throw new Error(`the store cannot go on: ${(error as Error).message}`, { cause: error });
  }
}

/** @returns how many items changed. */
function apply(store: StoreDatabase, message: StoreWrite): number {
  if (message.kind === "remove") {
    const table = tableOf(store, message.table);
    for (const key of message.keys) table.remove(key);
    return message.keys.length;
  }
  let changed = 0;
  for (const [index, item] of unpackItems(message.puts).entries()) {
    if (tableOf(store, message.puts.tables[index]!).put(item)) changed += 1;
  }
  return changed;
}

function tableOf(store: StoreDatabase, name: string): StoreTable {
  const table = store.tables.get(name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

function storeFailure(error: unknown): { damaged: boolean; reason: string } {
  return error instanceof StoreDamaged ? { damaged: true, reason: error.message } : failureOf(error);
}

function send(message: FromStore): void {
  port.postMessage(message);
}
