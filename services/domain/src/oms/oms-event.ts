import type { AccountLimits } from "../account/account-limits.ts";
import type { Position } from "../account/position.ts";
import type { Liquidity, Side } from "../instrument/terms.ts";
import type { Posting } from "../ledger/posting.ts";
import type { OmsRefusal } from "../limits/refusal.ts";
import type { Listing } from "../order/listing.ts";
import type { OrderProgress, OrderTerms } from "../order/open-order.ts";
import type { LinkIn, Principal } from "./oms-command.ts";

/** A message that an event sends to another shard. */
export interface LinkOut {
  readonly destination: string;
  readonly number: number;
}

/** The request that an event settles: remembered from then on (S18). */
export interface SettledRequest {
  readonly requestId: string;
  readonly contentDigest: Uint8Array;
  /** Its number in the memory. */
  readonly number: number;
}

/**
 * All that an order shard's state changes by: results, never rules to run again (S12). One class for every kind, so that hot
 * code meets one shape.
 */
export class OmsEvent {
  /** Gapless, from 1. */
  readonly sequence: number;
  /** The input that caused it. */
  readonly offset: number;
  readonly index: number;
  /** That input's append time. */
  readonly appendTime: number;
  /** Log time: the running maximum of append times, this one included. */
  readonly logTime: number;
  readonly commandId: string;
  readonly accountId: string;
  readonly orderId: string;
  readonly instrumentId: string;
  readonly linkIn: LinkIn | undefined;
  readonly linkOut: LinkOut | undefined;
  readonly postings: readonly Posting[];
  readonly request: SettledRequest | undefined;
  /** The account's rate mark after it; 0: unchanged. */
  readonly rateMark: number;
  readonly body: OmsEventBody;

  constructor(
    sequence: number,
    offset: number,
    index: number,
    appendTime: number,
    logTime: number,
    commandId: string,
    accountId: string,
    orderId: string,
    instrumentId: string,
    linkIn: LinkIn | undefined,
    linkOut: LinkOut | undefined,
    postings: readonly Posting[],
    request: SettledRequest | undefined,
    rateMark: number,
    body: OmsEventBody,
  ) {
    this.sequence = sequence;
    this.offset = offset;
    this.index = index;
    this.appendTime = appendTime;
    this.logTime = logTime;
    this.commandId = commandId;
    this.accountId = accountId;
    this.orderId = orderId;
    this.instrumentId = instrumentId;
    this.linkIn = linkIn;
    this.linkOut = linkOut;
    this.postings = postings;
    this.request = request;
    this.rateMark = rateMark;
    this.body = body;
  }
}

export type OmsEventBody =
  | OrderAccepted
  | OrderDenied
  | OrderMoved
  | AccountCreated
  | FundsMoved
  | AllotmentTraded
  | LimitsSet
  | CommandAnswered
  | ReportUnmatched
  | WorkAdvanced
  | InputUnreadable
  | ControlApplied;

/** The order was accepted, its funds reserved, and it goes to the venue. */
export interface OrderAccepted {
  readonly kind: "ORDER_ACCEPTED";
  readonly terms: OrderTerms;
  readonly progress: OrderProgress;
  /** Who it belongs to: self-trade prevention compares owners. */
  readonly ownerId: string;
  /** The venue refuses it when it arrives later. */
  readonly validUntil: number | undefined;
}

/** The order was refused by a rule of the business and is kept as REJECTED: outside the state, for it has ended. */
export interface OrderDenied {
  readonly kind: "ORDER_DENIED";
  readonly ownerId: string;
  /** Nothing goes by it: `undefined` where it was not read back from the log. */
  readonly refusal: OmsRefusal | undefined;
}

export type OrderMoveKind =
  | "ORDER_LIVE"
  | "ORDER_FILLED"
  | "CANCEL_REQUESTED"
  | "ORDER_CANCELED"
  | "CANCEL_REFUSED"
  | "REPLACE_REQUESTED"
  | "ORDER_REPLACED"
  | "REPLACE_REFUSED"
  | "ORDER_REJECTED"
  | "ORDER_EXPIRED"
  | "ORDER_REDUCED";

/** An order that was accepted went on. */
export interface OrderMoved {
  readonly kind: OrderMoveKind;
  readonly progress: OrderProgress;
  /** Of ORDER_FILLED. */
  readonly fill: OrderFill | undefined;
  /** The account's position after a fill. */
  readonly position: Position | undefined;
  /** Of REPLACE_REQUESTED. */
  readonly replacement: Replacement | undefined;
}

export interface OrderFill {
  readonly executionId: string;
  readonly matchId: string;
  readonly side: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
  readonly liquidity: Liquidity;
  /** Below zero: a rebate. */
  readonly feeMinor: bigint;
  /** Log time of the venue's decision. */
  readonly occurredAt: number;
}

export interface Replacement {
  readonly quantityLots: number;
  /** 0: none. */
  readonly limitPriceTicks: number;
}

export interface AccountCreated {
  readonly kind: "ACCOUNT_CREATED";
  readonly ownerId: string;
}

export interface FundsMoved {
  readonly kind: "FUNDS_MOVED";
  readonly movement: "DEPOSIT" | "WITHDRAWAL" | "ALLOTMENT";
}

/** Participants of a house account traded against a client, or another house account's in the same shard. */
export interface AllotmentTraded {
  readonly kind: "ALLOTMENT_TRADED";
  readonly fill: OrderFill;
}

export interface LimitsSet {
  readonly kind: "LIMITS_SET";
  readonly limits: AccountLimits;
}

/** A command had no effect of its own: it was refused, a repeat, or had nothing to do. */
export interface CommandAnswered {
  readonly kind: "COMMAND_ANSWERED";
  readonly refusal: OmsRefusal | undefined;
}

export interface ReportUnmatched {
  readonly kind: "REPORT_UNMATCHED";
}

/** A slice of larger work is done. */
export interface WorkAdvanced {
  readonly kind: "WORK_ADVANCED";
  /** Acceptance sequence up to which it is done. */
  readonly cursor: number;
  readonly done: boolean;
  /** `undefined`: orders of both sides. */
  readonly side: Side | undefined;
}

export interface InputUnreadable {
  readonly kind: "INPUT_UNREADABLE";
  readonly why: string;
}

export type ControlApplied =
  | { readonly kind: "INSTRUMENT_DEFINED"; readonly listing: Listing }
  | { readonly kind: "PRINCIPAL_REVOKED"; readonly principal: Principal }
  | { readonly kind: "ENGINE_ACTIVATED"; readonly version: number };
