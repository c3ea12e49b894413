import { type Store, StoreUnavailable } from "../ports/store.ts";
import { notReady } from "../shard/not-ready.ts";

/** What queries ask of the store. */
export type StoreReads = Pick<Store, "get" | "query">;

/** Reads of a store that are refused with NOT_READY while it cannot be asked: a client may send the same again. */
export function storeReads(store: Store): StoreReads {
  return {
    get: (table, key) => store.get(table, key).catch(refuse),
    query: (table, query) => store.query(table, query).catch(refuse),
  };
}

function refuse(error: Error): never {
  throw error instanceof StoreUnavailable ? notReady("the query store cannot be read now") : error;
}
