import type { Side } from "../instrument/terms.ts";
import type { SelfTradeCode } from "../matching/book-code.ts";

/** An order in a book of the venue, beside the numbers that the book itself keeps. */
export interface VenueOrder {
  /** Empty for the house, whose id is made when a report needs it. */
  readonly orderId: string;
  readonly accountId: string;
  readonly ownerId: string;
  /** Of the last command applied to it. */
  version: number;
  readonly side: Side;
  readonly postOnly: boolean;
  readonly selfTrade: SelfTradeCode;
  /** Log time at which a DAY order expires; 0: never. */
  readonly expiresAt: number;
  readonly omsPartition: number;
  /** Rises with every order that the book accepted; explicit total order (S25). */
  readonly acceptance: number;
  readonly isHouse: boolean;
}
