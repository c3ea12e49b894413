import type { StoreItem, StoreQuery } from "../ports/store.ts";

/** One table of a store in memory: items by key, and per partition their order by `sort`. */
export class MemoryTable {
  readonly #items = new Map<string, StoreItem>();
  /** Keys of each partition in `sort` order. */
  readonly #order = new Map<string, StoreItem[]>();

  get(key: string): StoreItem | undefined {
    return this.#items.get(key);
  }

  put(item: StoreItem): boolean {
    const standing = this.#items.get(item.key);
    if (standing !== undefined && standing.version >= item.version) return false;
    if (standing !== undefined) this.#unlist(standing);
    this.#items.set(item.key, item);
    const list = this.#list(item.partition);
    list.splice(firstNotBelow(list, item.sort), 0, item);
    return true;
  }

  remove(key: string): void {
    const standing = this.#items.get(key);
    if (standing === undefined) return;
    this.#items.delete(key);
    this.#unlist(standing);
  }

  query(query: StoreQuery): readonly StoreItem[] {
    const list = this.#list(query.partition);
    const first = query.from === undefined ? 0 : firstNotBelow(list, query.from);
    const last = query.to === undefined ? list.length : Math.max(first, firstNotBelow(list, query.to));
    if (!query.descending) return list.slice(first, Math.min(last, first + query.limit));
    return list.slice(Math.max(first, last - query.limit), last).reverse();
  }

  /** Every item, by no order. */
  all(): readonly StoreItem[] {
    return [...this.#items.values()];
  }

  #list(partition: string): StoreItem[] {
    let list = this.#order.get(partition);
    if (list === undefined) {
      list = [];
      this.#order.set(partition, list);
    }
    return list;
  }

  #unlist(item: StoreItem): void {
    const list = this.#list(item.partition);
    list.splice(list.indexOf(item, firstNotBelow(list, item.sort)), 1);
  }
}

function firstNotBelow(list: readonly StoreItem[], sort: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(list[middle]?.sort ?? "", sort) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Orders as UTF-8 bytes do, which is by code point: surrogates stand above every other UTF-16 unit. */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
