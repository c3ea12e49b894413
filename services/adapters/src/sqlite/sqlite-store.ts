import { once } from "node:events";
import { Worker } from "node:worker_threads";
import {
  checkItems,
  type Store,
  StoreDamaged,
  type StoreItem,
  type StorePut,
  type StoreQuery,
  StoreUnavailable,
  WriteUnknown,
} from "@atlas/platform/ports/store";
import type { Failure } from "./failure.ts";
import { STORE_TABLES } from "./store-database.ts";
import type { FromStore, StoreThreadData, ToStore } from "./store-messages.ts";
import { buffersOf, packPuts, unpackItems } from "./store-pack.ts";

export interface SqliteStoreOptions {
  /** Default: those of the platform. Any other name in a call is a `RangeError`. */
  readonly tables?: readonly string[];
  /** Bytes of writes handed over and not answered, above which more reject with `StoreUnavailable`; default 64 MB. */
  readonly pendingBytes?: number;
  /** Reads handed over and not answered, above which more reject with `StoreUnavailable`; default 10,000. */
  readonly pendingReads?: number;
}

export interface SqliteStore extends Store {
  /** Waits for what has been handed over. */
  close(): Promise<void>;
  /** Runs `PRAGMA text` on the store's connection; its first value. */
  pragma(text: string): Promise<unknown>;
}

type Answer = Exclude<FromStore, { kind: "opened" | "refused" }>;

interface Question {
  readonly bytes: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** What a write costs beside its bodies, about. */
const ITEM_BYTES = 500;
const MAX_PUTS = 1_000;

/** Opens the store in `folder`, which nobody else may have open (`lockDataFolder`). */
export async function openSqliteStore(folder: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
  const tables = options.tables ?? STORE_TABLES;
  for (const name of tables) if (!/^[a-z][a-z_]*$/.test(name)) throw new RangeError(`${name} is no name for a table`);
  const data: StoreThreadData = { folder, tables };
  const thread = new Worker(new URL("./store-worker.ts", import.meta.url), { workerData: data, name: "store" });
  const [message] = (await once(thread, "message")) as [FromStore];
  if (message.kind === "opened") return new ThreadedStore(thread, { ...options, tables });
  await thread.terminate();
  throw message.kind === "refused" ? readError(message.failure) : new StoreUnavailable("the store did not open");
}

class ThreadedStore implements SqliteStore {
  readonly #thread: Worker;
  readonly #tables: ReadonlySet<string>;
  readonly #pendingBytes: number;
  readonly #pendingReads: number;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #bytes = 0;
  #reads = 0;
  #unavailable: StoreUnavailable | undefined;

  constructor(thread: Worker, options: SqliteStoreOptions & { tables: readonly string[] }) {
    this.#thread = thread;
    this.#tables = new Set(options.tables);
    this.#pendingBytes = options.pendingBytes ?? 64 << 20;
    this.#pendingReads = options.pendingReads ?? 10_000;
    thread.on("message", (message: Answer) => this.#hear(message));
    thread.on("error", (error: Error) => this.#break(`the store's thread failed: ${error.message}`));
    thread.on("exit", () => this.#break("the store is closed"));
  }

  async get(table: string, key: string): Promise<StoreItem | undefined> {
    this.#checkTable(table);
    return itemsOf(await this.#read((id) => ({ kind: "get", id, table, key })))[0];
  }

  async query(table: string, query: StoreQuery): Promise<readonly StoreItem[]> {
    this.#checkTable(table);
    return itemsOf(await this.#read((id) => ({ kind: "query", id, table, query })));
  }

  async put(table: string, item: StoreItem): Promise<boolean> {
    return (await this.#put([{ table, item }])) === 1;
  }

  async putAll(puts: readonly StorePut[]): Promise<void> {
    if (puts.length < 1 || puts.length > MAX_PUTS) throw new RangeError(`1 to ${MAX_PUTS} items, not ${puts.length}`);
    await this.#put(puts);
  }

  async remove(table: string, keys: readonly string[]): Promise<void> {
    this.#checkTable(table);
    await this.#write(keys.length * ITEM_BYTES, (id) => ({ kind: "remove", id, table, keys }));
  }

  async pragma(text: string): Promise<unknown> {
    const answer = await this.#read((id) => ({ kind: "pragma", id, text }));
    return answer.kind === "value" ? answer.value : undefined;
  }

  async close(): Promise<void> {
    if (this.#unavailable !== undefined) return;
    this.#unavailable = new StoreUnavailable("the store is closed");
    const exited = once(this.#thread, "exit");
    this.#thread.postMessage({ kind: "close" } satisfies ToStore);
    await exited;
  }

  async #put(puts: readonly StorePut[]): Promise<number> {
    for (const { table } of puts) this.#checkTable(table);
    checkItems(puts.map(({ item }) => item));
    const packed = packPuts(puts);
    const bytes = packed.bodies.byteLength + puts.length * ITEM_BYTES;
    const answer = await this.#write(bytes, (id) => ({ kind: "put", id, puts: packed }), buffersOf(packed));
    return answer.kind === "written" ? answer.changed : 0;
  }

  #read(message: (id: number) => ToStore): Promise<Answer> {
    if (this.#reads >= this.#pendingReads) return Promise.reject(new StoreUnavailable("too many reads wait"));
    this.#reads += 1;
    return this.#ask(message, 0, []).finally(() => {
      this.#reads -= 1;
    });
  }

  #write(bytes: number, message: (id: number) => ToStore, transfer: ArrayBuffer[] = []): Promise<Answer> {
    // One that is larger than the bound passes when nothing else waits.
    if (this.#bytes > 0 && this.#bytes + bytes > this.#pendingBytes) {
      return Promise.reject(new StoreUnavailable("too many bytes wait to be written"));
    }
    return this.#ask(message, bytes, transfer);
  }

  #ask(message: (id: number) => ToStore, bytes: number, transfer: ArrayBuffer[]): Promise<Answer> {
    if (this.#unavailable !== undefined) return Promise.reject(this.#unavailable);
    this.#lastId += 1;
    const id = this.#lastId;
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { bytes, resolve, reject });
      this.#thread.postMessage(message(id), transfer);
    });
  }

  #hear(answer: Answer): void {
    const question = this.#questions.get(answer.id);
    if (question === undefined) return;
    this.#questions.delete(answer.id);
    this.#bytes -= question.bytes;
    if (answer.kind !== "failed") question.resolve(answer);
    else if (!answer.certain) question.reject(new WriteUnknown(answer.failure.reason));
    else question.reject(readError(answer.failure));
  }

  #break(reason: string): void {
    this.#unavailable ??= new StoreUnavailable(reason);
    for (const { bytes, reject } of this.#questions.values()) {
      reject(bytes > 0 ? new WriteUnknown(reason) : new StoreUnavailable(reason));
    }
    this.#questions.clear();
    this.#bytes = 0;
  }

  #checkTable(table: string): void {
    if (!this.#tables.has(table)) throw new RangeError(`no table ${table}`);
  }
}

function itemsOf(answer: Answer): StoreItem[] {
  return answer.kind === "items" ? unpackItems(answer.items) : [];
}

function readError({ damaged, reason }: Failure): Error {
  return damaged ? new StoreDamaged(reason) : new StoreUnavailable(reason);
}
