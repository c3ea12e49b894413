import type { Liquidity, Side } from "../instrument/terms.ts";

/**
 * What a report says.
 * - `NEW`: the order rests and has not traded.
 * - `TRADE`: one match; the maker's report, then the taker's, under one `matchId`.
 * - `CANCELED`: the rest is gone for the reason in `refusal`; none for a PULL_ORDER.
 * - `STATUS`: self-trade prevention lowered the order, which stays: leaves are what the report says, the difference
 *   to the former leaves is canceled.
 * - `REPLACED`: the amendment is in force; its trades, if any, follow.
 */
export type VenueExecutionType =
  | "NEW"
  | "TRADE"
  | "CANCELED"
  | "STATUS"
  | "REPLACED"
  | "REJECTED"
  | "EXPIRED"
  | "CANCEL_REFUSED"
  | "REPLACE_REFUSED";

/** The order as the venue sees it after the report. A refused cancel or replace of an unknown order has none. */
export type VenueOrderStatus = "LIVE" | "PARTIALLY_FILLED" | "FILLED" | "CANCELED" | "REJECTED" | "EXPIRED";

export type VenueReason =
  /** REJECTED: appended after its `valid_until`. */
  | "COMMAND_EXPIRED"
  /** REJECTED: no such book here. */
  | "UNKNOWN_INSTRUMENT"
  /** REJECTED: an order with this id is on the book. */
  | "DUPLICATE_ORDER"
  /** REJECTED, REPLACE_REFUSED: post-only, and it would trade at once. */
  | "WOULD_TAKE"
  /** REJECTED, REPLACE_REFUSED: the open quantity of the side would leave the safe integers. */
  | "BOOK_FULL"
  /** CANCEL_REFUSED, REPLACE_REFUSED: no such order of this account is on the book. */
  | "NOT_ON_BOOK"
  /** CANCELED: the rest of an IOC or MARKET order found nobody. */
  | "UNFILLED_REST"
  /** CANCELED: a FOK could not trade whole; nothing traded. */
  | "FOK_NOT_FILLED"
  /** CANCELED: a MARKET order's rest stood before its protection price. */
  | "COLLAR_REACHED"
  /** CANCELED, STATUS: it met an order of its owner. */
  | "SELF_TRADE_PREVENTED"
  /** CANCELED: amended to a total that is already filled. */
  | "AMENDED_BELOW_FILLED"
  /** EXPIRED: a DAY order at the end of its session. */
  | "SESSION_ENDED";

/** One report to the OMS shard that holds the account. */
export interface VenueReport {
  /** Destination: murmur2(account id) modulo the number of OMS partitions. */
  readonly omsPartition: number;
  readonly instrumentId: string;
  readonly orderId: string;
  /** The version of the last command about this order that the venue applied or, in a refusal, refuses. */
  readonly version: number;
  readonly accountId: string;
  /** `undefined` only where the order is not known here. */
  readonly side: Side | undefined;
  readonly executionType: VenueExecutionType;
  readonly status: VenueOrderStatus | undefined;
  /** What this match traded; 0 when it is no TRADE. */
  readonly lastQuantityLots: number;
  readonly lastPriceTicks: number;
  /** Still open after this report; 0 once it is terminal. */
  readonly leavesLots: number;
  readonly cumulativeLots: number;
  readonly liquidity: Liquidity | undefined;
  /** The same on both sides of a match, unique on the platform; empty when it is no TRADE. */
  readonly matchId: string;
  readonly refusal: VenueReason | undefined;
  /** Empty, with totals of 0, where the instrument is not known here. */
  readonly baseAsset: string;
  readonly quoteAsset: string;
  /**
   * What the reports to this partition have moved so far, this one included, over all instruments of the venue shard:
   * what the partition's clearing with this venue must hold of the two assets, in their smallest units. A BUY adds its
   * notional to the quote and takes its quantity from the base, a SELL the reverse. Over all partitions each asset's
   * totals sum to zero after every input.
   */
  readonly baseTotalMinor: bigint;
  readonly quoteTotalMinor: bigint;
  /** Log time. */
  readonly occurredAt: number;
}
