import type { InstrumentDefinition } from "../instrument/instrument.ts";
import type { BookOrderType, BookTimeInForce, SelfTradePrevention, Side } from "../instrument/terms.ts";

/** When an input entered the log, in milliseconds since the epoch. */
export interface InputTime {
  /** As the log stamped it; `valid_until` is compared with it (S8, S11). */
  readonly appendTime: number;
  /** The running maximum of append times; everything else uses it (S8). */
  readonly logTime: number;
}

/** One message of `venue.orders`, after the link has let it through. */
export type VenueInput =
  | PlaceOrder
  | AmendOrder
  | PullOrder
  | Tick
  | RecordedMarket
  | DefineVenueInstrument
  | ActivateVenueEngine
  | AllotToVenue;

export interface PlaceOrder {
  readonly kind: "PLACE_ORDER";
  readonly instrumentId: string;
  readonly orderId: string;
  /** The order's version when the OMS sent this; reports repeat it. */
  readonly version: number;
  readonly accountId: string;
  /** Whose orders must not meet; `undefined` is the account itself. */
  readonly ownerId: string | undefined;
  readonly side: Side;
  readonly type: BookOrderType;
  /** A MARKET order that is not FOK never rests, whatever stands here. */
  readonly timeInForce: BookTimeInForce;
  /** Positive safe integer. */
  readonly quantityLots: number;
  /** Positive safe integer; required for LIMIT. */
  readonly limitPriceTicks: number | undefined;
  /** The collar of a MARKET order: it trades at this price or better. `undefined`: no collar. */
  readonly protectionPriceTicks: number | undefined;
  readonly postOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention;
  /** Milliseconds since the epoch: appended later, the order is refused (S11). `undefined`: no limit. */
  readonly validUntil: number | undefined;
}

/** Changes a resting order. Both terms are stated; what does not change is repeated. */
export interface AmendOrder {
  readonly kind: "AMEND_ORDER";
  readonly instrumentId: string;
  readonly orderId: string;
  readonly version: number;
  readonly accountId: string;
  /** The new total, what is filled included. `undefined`: unchanged. */
  readonly quantityLots: number | undefined;
  /** `undefined`: unchanged. */
  readonly limitPriceTicks: number | undefined;
}

export interface PullOrder {
  readonly kind: "PULL_ORDER";
  readonly instrumentId: string;
  readonly orderId: string;
  readonly version: number;
  readonly accountId: string;
}

/** Lets the participants of every instrument of the shard act, and market time pass (S10). */
export interface Tick {
  readonly kind: "TICK";
  /** Applied if it is the last applied one plus one and half the interval has passed, else dropped. */
  readonly number: number;
}

/** A step of a recording: sets the resting levels of the recording participant, then lets its takers trade. */
export interface RecordedMarket {
  readonly kind: "RECORDED_MARKET";
  readonly instrumentId: string;
  /** Applied if it is the last applied one plus one; 1 starts a recording anew, without the old levels. */
  readonly number: number;
  readonly levels: readonly RecordedLevel[];
  readonly trades: readonly RecordedTrade[];
}

/** The participant's whole quantity at a price from now on; 0 takes the level away. */
export interface RecordedLevel {
  readonly side: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
}

export interface RecordedTrade {
  readonly takerSide: Side;
  readonly priceTicks: number;
  readonly quantityLots: number;
}

/** From control: opens a book. A repeat for a known instrument changes nothing. */
export interface DefineVenueInstrument {
  readonly kind: "DEFINE_INSTRUMENT";
  readonly instrument: InstrumentDefinition;
  /** Who trades there besides clients; `undefined`: nobody. */
  readonly participants: ParticipantsConfig | undefined;
}

/** From control: the rules of a version hold from the next input on (S26). */
export interface ActivateVenueEngine {
  readonly kind: "ACTIVATE_ENGINE";
  readonly version: number;
}

export type ParticipantsConfig =
  | {
      readonly kind: "SIMULATED";
      /** 0 to 2^32 - 1. */
      readonly seed: number;
      /** The mean that the reference price returns to; 5,000 to 2^34, so that a step is neither lost nor inexact. */
      readonly referencePriceTicks: number;
    }
  | { readonly kind: "RECORDED" };

/** Adds to what the participants of an instrument may spend; the OMS has it reserved on the house account. */
export interface AllotToVenue {
  readonly kind: "ALLOT_TO_VENUE";
  readonly instrumentId: string;
  /** `house-<instrument_id>`. */
  readonly accountId: string;
  readonly baseMinor: bigint;
  readonly quoteMinor: bigint;
}
