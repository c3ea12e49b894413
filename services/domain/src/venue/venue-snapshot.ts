import { FIRST_ENGINE } from "../engine/engine-rules.ts";
import type { InstrumentDefinition } from "../instrument/instrument.ts";
import type { Side } from "../instrument/terms.ts";
import type { SessionFigures } from "../market/session-figures.ts";
import { BUY, NONE, SELL, type SelfTradeCode, type SideCode } from "../matching/book-code.ts";
import { addBook, newBook } from "./define-instrument.ts";
import type { AssetTotals } from "./link-totals.ts";
import type { Ticker } from "./market-event.ts";
import { orderAt, rest } from "./settle.ts";
import { houseOrder } from "./venue-desk.ts";
import type { ParticipantsConfig } from "./venue-input.ts";
import type { VenueOrder } from "./venue-order.ts";
import {
  type EarlyAllotment,
  emptyVenue,
  ownerNumber,
  type VenueBook,
  type VenueSettings,
  type VenueState,
} from "./venue-state.ts";

/**
 * All that `decideVenue` reads, as plain data in canonical order: equal states have equal snapshots, field by field.
 * Each book is a slab of its own; all are copied at one input (S19).
 */
export interface VenueSnapshot {
  readonly settings: VenueSettings;
  readonly shardSequence: number;
  readonly matchCount: number;
  readonly tickNumber: number;
  readonly tickTime: number;
  /** `undefined`: the first, whose images knew of none. */
  readonly engineVersion: number | undefined;
  readonly totals: readonly AssetTotals[];
  readonly earlyAllotments: readonly EarlyAllotment[];
  /** In order of definition. */
  readonly books: readonly BookSlab[];
}

export interface BookSlab {
  readonly instrument: InstrumentDefinition;
  readonly participants: ParticipantsConfig | undefined;
  /** What the house may still spend, what its orders at rest would cost included. */
  readonly houseBaseMinor: bigint;
  readonly houseQuoteMinor: bigint;
  /** What changes in a simulated market; `undefined` where there is none. */
  readonly simulated: SimulatedSlab | undefined;
  readonly figures: Readonly<SessionFigures>;
  readonly sequence: number;
  readonly acceptance: number;
  readonly recordingNumber: number;
  readonly lastTicker: Ticker | undefined;
  readonly publishedAt: number;
  /** Bids, then asks; best level first, each in its queue's order. */
  readonly orders: readonly RestingOrder[];
}

export interface SimulatedSlab {
  readonly reference: number;
  readonly center: number;
  readonly lowestBid: number;
  readonly highestAsk: number;
}

export interface RestingOrder {
  readonly side: Side;
  readonly priceTicks: number;
  readonly leavesLots: number;
  readonly filledLots: number;
  /** What self-trade prevention took while the order stayed open. */
  readonly loweredLots: number;
  readonly acceptance: number;
  /** `undefined`: an order of the house. */
  readonly terms: RestingTerms | undefined;
}

export interface RestingTerms {
  readonly orderId: string;
  readonly accountId: string;
  readonly ownerId: string;
  readonly version: number;
  readonly postOnly: boolean;
  readonly selfTrade: SelfTradeCode;
  readonly expiresAt: number;
  readonly omsPartition: number;
}

/** A copy that later inputs do not change. */
export function snapshotVenue(state: VenueState): VenueSnapshot {
  return {
    settings: state.settings,
    shardSequence: state.shardSequence,
    matchCount: state.matchCount,
    tickNumber: state.tickNumber,
    tickTime: state.tickTime,
    engineVersion: state.engineVersion === FIRST_ENGINE ? undefined : state.engineVersion,
    totals: state.totals.map(({ asset, byPartition }) => ({ asset, byPartition: [...byPartition] })),
    earlyAllotments: [...state.earlyAllotments],
    books: state.books.map(snapshotBook),
  };
}

/** A state that decides as the one that the snapshot was taken of. */
export function restoreVenue(snapshot: VenueSnapshot): VenueState {
  const state = emptyVenue(snapshot.settings);
  state.shardSequence = snapshot.shardSequence;
  state.matchCount = snapshot.matchCount;
  state.tickNumber = snapshot.tickNumber;
  state.tickTime = snapshot.tickTime;
  state.engineVersion = snapshot.engineVersion ?? FIRST_ENGINE;
  for (const { asset, byPartition } of snapshot.totals) state.totals.push({ asset, byPartition: [...byPartition] });
  state.earlyAllotments.push(...snapshot.earlyAllotments);
  for (const slab of snapshot.books) addBook(state, restoreBook(state, slab));
  return state;
}

function snapshotBook(venueBook: VenueBook): BookSlab {
  const { instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor } = venueBook.instrument;
  const { simulated } = venueBook;
  return {
    instrument: { instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor },
    participants: venueBook.participants,
    houseBaseMinor: venueBook.house.baseMinor,
    houseQuoteMinor: venueBook.house.quoteMinor,
    simulated: simulated && {
      reference: simulated.reference,
      center: simulated.center,
      lowestBid: simulated.lowestBid,
      highestAsk: simulated.highestAsk,
    },
    figures: { ...venueBook.figures },
    sequence: venueBook.sequence,
    acceptance: venueBook.acceptance,
    recordingNumber: venueBook.recordingNumber,
    lastTicker: venueBook.lastTicker,
    publishedAt: venueBook.publishedAt,
    orders: [...restingOrders(venueBook, BUY), ...restingOrders(venueBook, SELL)],
  };
}

function restingOrders(venueBook: VenueBook, side: SideCode): RestingOrder[] {
  const { book } = venueBook;
  const orders: RestingOrder[] = [];
  for (let rank = 0; rank < book.levelCount(side); rank++) {
    for (let handle = book.first(book.levelAt(side, rank)); handle !== NONE; handle = book.after(handle)) {
      orders.push(restingOrder(venueBook, handle));
    }
  }
  return orders;
}

function restingOrder(venueBook: VenueBook, handle: number): RestingOrder {
  const { book } = venueBook;
  const order = orderAt(venueBook, handle);
  return {
    side: order.side,
    priceTicks: book.price(handle),
    leavesLots: book.leaves(handle),
    filledLots: book.filled(handle),
    loweredLots: book.lowered(handle),
    acceptance: order.acceptance,
    terms: order.isHouse ? undefined : termsOf(order),
  };
}

function termsOf(order: VenueOrder): RestingTerms {
  const { orderId, accountId, ownerId, version, postOnly, selfTrade, expiresAt, omsPartition } = order;
  return { orderId, accountId, ownerId, version, postOnly, selfTrade, expiresAt, omsPartition };
}

function restoreBook(state: VenueState, slab: BookSlab): VenueBook {
  const venueBook = newBook(state, slab.instrument, slab.participants, slab.figures.sessionStart);
  const { book, figures, house, simulated } = venueBook;
  Object.assign(figures, slab.figures);
  house.baseMinor = slab.houseBaseMinor;
  house.quoteMinor = slab.houseQuoteMinor;
  if (simulated !== undefined && slab.simulated !== undefined) Object.assign(simulated, slab.simulated);
  venueBook.sequence = slab.sequence;
  venueBook.acceptance = slab.acceptance;
  venueBook.recordingNumber = slab.recordingNumber;
  venueBook.lastTicker = slab.lastTicker;
  venueBook.publishedAt = slab.publishedAt;
  for (const resting of slab.orders) {
    const { side, priceTicks, leavesLots, filledLots, loweredLots, acceptance, terms } = resting;
    const order: VenueOrder =
      terms === undefined ? houseOrder(venueBook, side, acceptance) : { ...terms, side, acceptance, isHouse: false };
    const owner = ownerNumber(venueBook, order.ownerId);
    const handle = book.restore(side === "BUY" ? BUY : SELL, priceTicks, leavesLots, filledLots, loweredLots, owner);
    rest(venueBook, handle, order, priceTicks, leavesLots);
  }
  book.forgetTouched();
  return venueBook;
}
