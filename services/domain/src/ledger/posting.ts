/**
 * Where money is. AVAILABLE and RESERVED belong to an account; CLEARING (one for each venue shard) and FEES to the shard;
 * EXTERNAL is the world outside, whose balance is withdrawals less deposits.
 */
export type Bucket = "AVAILABLE" | "RESERVED" | "CLEARING" | "FEES" | "EXTERNAL";

export type PostingReason =
  | "DEPOSIT"
  | "WITHDRAWAL"
  | "RESERVE"
  | "RELEASE"
  | "TRADE_PAID"
  | "TRADE_RECEIVED"
  | "FEE"
  | "PRICE_IMPROVEMENT"
  | "ALLOTMENT";

/**
 * A movement between two buckets: what leaves one enters the other, so that it sums to zero however it is written. Account,
 * order and venue are those of the event that carries it.
 */
export class Posting {
  readonly asset: string;
  readonly from: Bucket;
  readonly to: Bucket;
  /** Above zero, in smallest units of the asset. */
  readonly amountMinor: bigint;
  readonly reason: PostingReason;

  constructor(asset: string, from: Bucket, to: Bucket, amountMinor: bigint, reason: PostingReason) {
    this.asset = asset;
    this.from = from;
    this.to = to;
    this.amountMinor = amountMinor;
    this.reason = reason;
  }
}
