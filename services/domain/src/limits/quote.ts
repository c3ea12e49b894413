/** The market as a gateway saw it when it sent a command (S7). Prices are decimals as they came; empty: none. */
export interface Quote {
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
  /** Log time of the market event that it is of, milliseconds since the epoch. */
  readonly time: number;
}

/** A market that was last heard of so many milliseconds before an order is taken for silent. */
export const QUOTE_LIVES = 5_000;

/** How old a quote is at an input's append time; `undefined`: there is none. */
export function quoteAge(quote: Quote | undefined, appendTime: number): number | undefined {
  return quote === undefined ? undefined : appendTime - quote.time;
}
