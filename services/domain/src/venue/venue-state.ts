import { FIRST_ENGINE } from "../engine/engine-rules.ts";
import type { Instrument } from "../instrument/instrument.ts";
import type { SessionFigures } from "../market/session-figures.ts";
import type { OrderBook } from "../matching/order-book.ts";
import type { SimulatedMarket } from "../participants/simulated-market.ts";
import type { House } from "./house.ts";
import type { AssetTotals } from "./link-totals.ts";
import type { Ticker } from "./market-event.ts";
import type { ParticipantsConfig } from "./venue-input.ts";
import type { VenueOrder } from "./venue-order.ts";

/** What a platform fixes when it is created. */
export interface VenueSettings {
  /** Number of this venue shard. */
  readonly shard: number;
  /** OMS partitions of the platform: reports go to murmur2(account id) modulo this. */
  readonly omsPartitions: number;
  /** Milliseconds between ticks while somebody watches; a tick after less than half of it is dropped (S10). */
  readonly tickInterval: number;
}

/** A venue shard: the books of one partition of `venue.orders`. */
export interface VenueState {
  readonly settings: VenueSettings;
  /** In order of definition: every walk goes this way (S25). */
  readonly books: VenueBook[];
  readonly bookOf: Map<string, VenueBook>;
  readonly totals: AssetTotals[];
  /** Allotments that arrived before their instrument was defined. */
  readonly earlyAllotments: EarlyAllotment[];
  shardSequence: number;
  /** Matches so far, on all books. */
  matchCount: number;
  /** The last tick applied, 0 before the first, and its append time. */
  tickNumber: number;
  tickTime: number;
  /** The version whose rules decide (S26). */
  engineVersion: number;
}

export interface EarlyAllotment {
  readonly instrumentId: string;
  readonly baseMinor: bigint;
  readonly quoteMinor: bigint;
}

/** One instrument: its book, the orders in it, what the market sees of it. */
export interface VenueBook {
  readonly instrument: Instrument;
  readonly participants: ParticipantsConfig | undefined;
  readonly book: OrderBook;
  /** By handle. */
  readonly orders: (VenueOrder | undefined)[];
  readonly handleOf: Map<string, number>;
  /** Numbers for the book, which compares owners; nothing depends on which one an owner has. */
  readonly owners: Map<string, number>;
  readonly house: House;
  readonly simulated: SimulatedMarket | undefined;
  readonly baseTotals: bigint[];
  readonly quoteTotals: bigint[];
  readonly figures: SessionFigures;
  /** Of the last market event. */
  sequence: number;
  acceptance: number;
  /** The last step of a recording applied, 0 before the first. */
  recordingNumber: number;
  lastTicker: Ticker | undefined;
  /** Append time of the input that last told something of the book; 0: none. */
  publishedAt: number;
  /** No DAY order ends before this. */
  earliestExpiry: number;
}

export function emptyVenue(settings: VenueSettings): VenueState {
  return {
    settings,
    books: [],
    bookOf: new Map(),
    totals: [],
    earlyAllotments: [],
    shardSequence: 0,
    matchCount: 0,
    tickNumber: 0,
    tickTime: 0,
    engineVersion: FIRST_ENGINE,
  };
}

/** The number by which the book knows an owner. */
export function ownerNumber(venueBook: VenueBook, ownerId: string): number {
  const known = venueBook.owners.get(ownerId);
  if (known !== undefined) return known;
  const next = venueBook.owners.size;
  venueBook.owners.set(ownerId, next);
  return next;
}
