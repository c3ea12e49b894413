/** Tables of the query store, and how their items are keyed. Orders and used request ids stand under their own keys, an account's other items in its partition. */
export const ORDERS_TABLE = "atlas_orders";
export const BALANCES_TABLE = "atlas_balances";
export const HISTORY_TABLE = "atlas_history";
/** Events of an account in one item of its history, at most (S27). */
export const HISTORY_ITEM_EVENTS = 100;
/** Bytes of these events, at most: with their tags they are fewer than a store's item may have, and no event alone has so many. */
export const HISTORY_ITEM_BYTES = 300_000;
/** Deposits, withdrawals, limits and cancels of many, by the hash of account and request id. */
export const REQUESTS_TABLE = "atlas_idempotency";

const DIGITS = 16;

/** A sequence as text that sorts as the number does. */
export function sortable(sequence: number): string {
  return sequence.toString().padStart(DIGITS, "0");
}

/** Key of an account's consecutive events, by the first one's sequence. */
export function historyKey(shard: string, accountId: string, firstSequence: number): string {
  return `${shard}/${accountId}/${firstSequence}`;
}

export function balanceKey(accountId: string, asset: string): string {
  return `${accountId}/${asset}`;
}

/** Key, in the table of shards, of how far the store shows a shard. */
export function storePositionKey(shard: string): string {
  return `${shard}/store`;
}

/** Key of that as it was a minute ago or less, for when it is damaged (F14). */
export function storePositionCopyKey(shard: string): string {
  return `${shard}/store-copy`;
}
