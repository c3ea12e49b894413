/** The words of an order that books, shards and records share. Numbers on the wire are mapped in `platform/wire`. */
export type Side = "BUY" | "SELL";

/** What a book understands; every other type becomes one of these before it gets there. */
export type BookOrderType = "LIMIT" | "MARKET";

export type BookTimeInForce = "GTC" | "DAY" | "IOC" | "FOK";

/** What the arriving order wants when it meets an order of its own owner; unspecified is CANCEL_NEWEST. */
export type SelfTradePrevention = "CANCEL_NEWEST" | "CANCEL_OLDEST" | "CANCEL_BOTH" | "DECREMENT" | "ALLOW";

export type Liquidity = "MAKER" | "TAKER";

export function opposite(side: Side): Side {
  return side === "BUY" ? "SELL" : "BUY";
}
