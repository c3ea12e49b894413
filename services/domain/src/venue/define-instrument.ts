import { defineInstrument, type InstrumentDefinition } from "../instrument/instrument.ts";
import { emptySession } from "../market/session-figures.ts";
import { OrderBook } from "../matching/order-book.ts";
import { simulatedMarket } from "../participants/simulated-market.ts";
import { murmur2 } from "../partition/murmur2.ts";
import { partitionOf } from "../partition/partition.ts";
import { utf8 } from "../partition/utf8.ts";
import { houseOf } from "./house.ts";
import { totalsOf } from "./link-totals.ts";
import { publishSnapshot } from "./publish.ts";
import type { Turn } from "./turn.ts";
import type { AllotToVenue, DefineVenueInstrument, ParticipantsConfig } from "./venue-input.ts";
import type { VenueBook, VenueState } from "./venue-state.ts";

/** Opens a book; control has checked the definition, so one that is refused here is a broken invariant. */
export function openBook(turn: Turn, input: DefineVenueInstrument): void {
  const { state, time } = turn;
  const { instrumentId } = input.instrument;
  if (state.bookOf.has(instrumentId)) return;
  const venueBook = newBook(state, input.instrument, input.participants, time.logTime);
  addBook(state, venueBook);
  for (const early of state.earlyAllotments) {
    if (early.instrumentId === instrumentId) allot(venueBook, early);
  }
  const others = state.earlyAllotments.filter((early) => early.instrumentId !== instrumentId);
  state.earlyAllotments.splice(0, state.earlyAllotments.length, ...others);
  publishSnapshot(turn, venueBook);
}

/** More to spend for the participants. The OMS's word may come before control's, so an unknown instrument waits. */
export function allotToVenue(state: VenueState, input: AllotToVenue): void {
  const venueBook = state.bookOf.get(input.instrumentId);
  if (venueBook !== undefined) allot(venueBook, input);
  else {
    const { instrumentId, baseMinor, quoteMinor } = input;
    state.earlyAllotments.push({ instrumentId, baseMinor, quoteMinor });
  }
}

/** An empty book, not in the state yet. */
export function newBook(
  state: VenueState,
  definition: InstrumentDefinition,
  participants: ParticipantsConfig | undefined,
  logTime: number,
): VenueBook {
  const instrument = defineInstrument(definition);
  const { instrumentId } = definition;
  if ("reason" in instrument) throw new Error(`instrument ${instrumentId}: ${instrument.reason}`);
  const { omsPartitions } = state.settings;
  const houseAccount = `house-${instrumentId}`;
  return {
    instrument,
    participants,
    book: new OrderBook(),
    orders: [],
    handleOf: new Map(),
    owners: new Map(),
    house: houseOf(houseAccount, partitionOf(houseAccount, omsPartitions)),
    // One seed for a platform is enough: each instrument draws its own numbers from it.
    simulated:
      participants?.kind === "SIMULATED"
        ? simulatedMarket(participants.seed ^ murmur2(utf8(instrumentId)), participants.referencePriceTicks)
        : undefined,
    baseTotals: totalsOf(state.totals, instrument.baseAsset, omsPartitions),
    quoteTotals: totalsOf(state.totals, instrument.quoteAsset, omsPartitions),
    figures: emptySession(logTime),
    sequence: 0,
    acceptance: 0,
    recordingNumber: 0,
    lastTicker: undefined,
    publishedAt: 0,
    earliestExpiry: Number.POSITIVE_INFINITY,
  };
}

export function addBook(state: VenueState, venueBook: VenueBook): void {
  state.books.push(venueBook);
  state.bookOf.set(venueBook.instrument.instrumentId, venueBook);
}

function allot(venueBook: VenueBook, amounts: { readonly baseMinor: bigint; readonly quoteMinor: bigint }): void {
  venueBook.house.baseMinor += amounts.baseMinor;
  venueBook.house.quoteMinor += amounts.quoteMinor;
}
