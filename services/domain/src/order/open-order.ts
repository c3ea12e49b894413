import type { BookOrderType, BookTimeInForce, SelfTradePrevention, Side } from "../instrument/terms.ts";
import type { OrderStatus } from "./order-status.ts";

/** What an order is, from acceptance to the end. Prices of 0 are none. */
export interface OrderTerms {
  readonly orderId: string;
  readonly accountId: string;
  readonly requestId: string;
  /** Of the request's content; decisions do not read it, who stores the order does. */
  readonly contentDigest: Uint8Array;
  readonly clientOrderId: string;
  readonly sessionId: string;
  readonly instrumentId: string;
  readonly side: Side;
  readonly type: BookOrderType;
  readonly timeInForce: BookTimeInForce;
  readonly postOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  /** A MARKET order trades no further than this: it costs at most that. */
  readonly protectionPriceTicks: number;
  /** Of its fills, fixed at acceptance. */
  readonly makerRateE8: bigint;
  readonly takerRateE8: bigint;
  /** Sequence of the event that made it: lists go by it. */
  readonly acceptedSequence: number;
  /** Log time of that event. */
  readonly createTime: number;
}

/** Where an order stands after an event: results, never rules to run again (S12). */
export interface OrderProgress {
  readonly side: Side;
  readonly status: OrderStatus;
  readonly version: number;
  readonly quantityLots: number;
  /** 0: none. */
  readonly limitPriceTicks: number;
  readonly cumulativeLots: number;
  readonly leavesLots: number;
  readonly canceledLots: number;
  /** Notional of its fills, in smallest units of the quote. */
  readonly costMinor: bigint;
  /** Exact sum of rate x notional of its fills. */
  readonly feeAccruedE16: bigint;
  /** Charged so far; below zero: rebates. */
  readonly feesMinor: bigint;
  /** Locked for it, of the asset it gives. */
  readonly reservedMinor: bigint;
}

/** An order that has not ended. Changed by events only, and no more once it has ended. */
export class OpenOrder {
  readonly terms: OrderTerms;
  status: OrderStatus;
  version: number;
  quantityLots: number;
  limitPriceTicks: number;
  cumulativeLots: number;
  leavesLots: number;
  canceledLots: number;
  costMinor: bigint;
  feeAccruedE16: bigint;
  feesMinor: bigint;
  reservedMinor: bigint;
  /** Reductions that a venue reports under a lower version are from before a replace, and old; 0: there were none. */
  leastReductionVersion = 0;
  /** Version under which a replace is on its way; 0: none is. It stays while a cancel is pending, too. */
  replaceVersion = 0;
  /** The total that was asked for, filled included. */
  replaceQuantityLots = 0;
  /** The limit that was asked for; 0: none. */
  replaceLimitPriceTicks = 0;
  updateTime: number;

  /** Neighbours among the account's open orders, by acceptance. */
  next: OpenOrder | undefined = undefined;
  previous: OpenOrder | undefined = undefined;

  constructor(terms: OrderTerms, progress: OrderProgress) {
    this.terms = terms;
    this.status = progress.status;
    this.version = progress.version;
    this.quantityLots = progress.quantityLots;
    this.limitPriceTicks = progress.limitPriceTicks;
    this.cumulativeLots = progress.cumulativeLots;
    this.leavesLots = progress.leavesLots;
    this.canceledLots = progress.canceledLots;
    this.costMinor = progress.costMinor;
    this.feeAccruedE16 = progress.feeAccruedE16;
    this.feesMinor = progress.feesMinor;
    this.reservedMinor = progress.reservedMinor;
    this.updateTime = terms.createTime;
  }

  apply(progress: OrderProgress, logTime: number): void {
    this.status = progress.status;
    this.version = progress.version;
    this.quantityLots = progress.quantityLots;
    this.limitPriceTicks = progress.limitPriceTicks;
    this.cumulativeLots = progress.cumulativeLots;
    this.leavesLots = progress.leavesLots;
    this.canceledLots = progress.canceledLots;
    this.costMinor = progress.costMinor;
    this.feeAccruedE16 = progress.feeAccruedE16;
    this.feesMinor = progress.feesMinor;
    this.reservedMinor = progress.reservedMinor;
    this.updateTime = logTime;
  }

  get hasReplace(): boolean {
    return this.replaceVersion > 0;
  }

  /** The price that it can cost at most: its limit, or what a MARKET order is protected by. */
  get costliestPriceTicks(): number {
    return this.limitPriceTicks > 0 ? this.limitPriceTicks : this.terms.protectionPriceTicks;
  }
}
