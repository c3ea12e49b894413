/** Numbers instead of words inside the book: its loops compare them and its arrays hold them. */
export const BUY = 0;
export const SELL = 1;
export type SideCode = typeof BUY | typeof SELL;

/** Rests what does not trade; IOC drops it; FOK trades whole or not at all. */
export const REST = 0;
export const IMMEDIATE = 1;
export const WHOLE = 2;
export type RemainderCode = typeof REST | typeof IMMEDIATE | typeof WHOLE;

export const CANCEL_NEWEST = 0;
export const CANCEL_OLDEST = 1;
export const CANCEL_BOTH = 2;
export const DECREMENT = 3;
export const ALLOW = 4;
export type SelfTradeCode =
  | typeof CANCEL_NEWEST
  | typeof CANCEL_OLDEST
  | typeof CANCEL_BOTH
  | typeof DECREMENT
  | typeof ALLOW;

/** No order, no level. */
export const NONE = -1;

/** Of a BUY that takes any price; a SELL uses 0. */
export const ANY_BUY_PRICE = Number.MAX_SAFE_INTEGER;
export const ANY_SELL_PRICE = 0;
