import type { AccountLimits } from "../account/account-limits.ts";
import type { Liquidity, Side } from "../instrument/terms.ts";
import type { NewOrder } from "../limits/new-order.ts";
import type { Quote } from "../limits/quote.ts";
import type { Listing } from "../order/listing.ts";
import type { VenueExecutionType } from "../venue/venue-report.ts";

/** One input of an order shard, as the log holds it. */
export interface OmsInput {
  /** Where it stands on the partition. */
  readonly offset: number;
  readonly index: number;
  /** Milliseconds since the epoch, as the log stamped it. */
  readonly appendTime: number;
  /** `undefined`: the owner's own input. The loop has checked that the number is the next one. */
  readonly link: LinkIn | undefined;
  readonly command: OmsCommand;
}

/** The link that an input came over, after it. */
export interface LinkIn {
  readonly source: string;
  readonly number: number;
  readonly chain: bigint;
}

/** Of a command that a client, or control, asks for. Empty text is absent. */
export interface CommandHead {
  readonly commandId: string;
  readonly accountId: string;
  readonly requestId: string;
  /** Of the content that a repeat must share: 16 bytes. */
  readonly contentDigest: Uint8Array;
  /** `undefined`: control asks. */
  readonly principal: Principal | undefined;
  readonly sessionId: string;
  readonly quote: Quote | undefined;
  /** Milliseconds since the epoch; `undefined`: no limit. */
  readonly validUntil: number | undefined;
  readonly evidence: Evidence | undefined;
  /** Of what is made once for ever (S18): the id that account and request id give. */
  readonly orderId: string;
}

export interface Principal {
  readonly userId: string;
  readonly keyId: string;
}

/** What the store knew of a request id (S18). */
export interface Evidence {
  /** Log time up to which the store had everything when it was asked. */
  readonly storeTime: number;
  /** The digest of the content that the id was used with; `undefined`: it was not used. */
  readonly contentDigest: Uint8Array | undefined;
}

export type OmsCommand = ClientCommand | VenueReportInput | ControlChange | TimerDue | Nothing;

export type ClientCommand =
  | SubmitOrder
  | ReplaceOrder
  | CancelOrder
  | CancelOrders
  | MoveFunds
  | SetLimits
  | CreateAccount
  | AllotToVenue;

export interface SubmitOrder {
  readonly kind: "SUBMIT";
  readonly head: CommandHead;
  readonly order: NewOrder;
}

/** Decimals as they came; empty: unchanged. */
export interface ReplaceOrder {
  readonly kind: "REPLACE";
  readonly head: CommandHead;
  readonly orderId: string;
  readonly quantity: string;
  readonly limitPrice: string;
  readonly stopPrice: string;
  /** 0: not compared. */
  readonly expectedVersion: number;
}

export interface CancelOrder {
  readonly kind: "CANCEL";
  readonly head: CommandHead;
  readonly orderId: string;
}

export interface CancelOrders {
  readonly kind: "CANCEL_MANY";
  readonly head: CommandHead;
  /** Empty: of all. */
  readonly instrumentId: string;
  /** `undefined`: of both. */
  readonly side: Side | undefined;
}

export interface MoveFunds {
  readonly kind: "DEPOSIT" | "WITHDRAW";
  readonly head: CommandHead;
  readonly asset: string;
  /** A decimal, as it came. */
  readonly amount: string;
}

export interface SetLimits {
  readonly kind: "SET_LIMITS";
  readonly head: CommandHead;
  /** `undefined`: they do not make sense; `field` names the first that does not. */
  readonly limits: AccountLimits | undefined;
  readonly field: string;
}

export interface CreateAccount {
  readonly kind: "CREATE_ACCOUNT";
  readonly head: CommandHead;
  readonly ownerId: string;
}

export interface AllotToVenue {
  readonly kind: "ALLOT";
  readonly head: CommandHead;
  readonly instrumentId: string;
  /** Decimals by asset, as they came. */
  readonly amounts: readonly { readonly asset: string; readonly amount: string }[];
}

/** What a venue tells of an order, in the instrument's units. */
export interface VenueReportInput {
  readonly kind: "REPORT";
  readonly commandId: string;
  readonly orderId: string;
  readonly version: number;
  readonly accountId: string;
  readonly instrumentId: string;
  readonly side: Side | undefined;
  readonly executionType: VenueExecutionType;
  readonly lastQuantityLots: number;
  readonly lastPriceTicks: number;
  readonly leavesLots: number;
  readonly cumulativeLots: number;
  readonly liquidity: Liquidity | undefined;
  readonly matchId: string;
  /** What the shard's clearing with the venue must hold after it; empty: nothing to compare. */
  readonly linkTotals: readonly { readonly asset: string; readonly amountMinor: bigint }[];
  /** Log time of the venue's decision. */
  readonly occurredAt: number;
}

export type ControlChange =
  | { readonly kind: "DEFINE_INSTRUMENT"; readonly commandId: string; readonly listing: Listing }
  | { readonly kind: "REVOKE_PRINCIPAL"; readonly commandId: string; readonly principal: Principal }
  | { readonly kind: "ACTIVATE_ENGINE"; readonly commandId: string; readonly version: number };

/** Deadlines may be due. An order shard holds none yet. */
export interface TimerDue {
  readonly kind: "TIMER_DUE";
  readonly time: number;
}

/** Decodes, but says nothing that this shard could do; why, for a person. */
export interface Nothing {
  readonly kind: "NOTHING";
  readonly commandId: string;
  readonly why: string;
}
