import { amendOrder, pullOrder } from "./amend-order.ts";
import { allotToVenue, openBook } from "./define-instrument.ts";
import { placeOrder } from "./place-order.ts";
import { publishDelta } from "./publish.ts";
import { applyRecordedMarket, applyTick } from "./tick.ts";
import type { Turn, VenueOutput } from "./turn.ts";
import type { InputTime, VenueInput } from "./venue-input.ts";
import type { VenueState } from "./venue-state.ts";

/**
 * A venue shard as a function of its input partition: changes `state` and answers what leaves the shard. The same
 * inputs and times in the same order give the same answers everywhere. An input that is not applied (a repeated tick)
 * answers nothing and changes nothing. Reports are in order; so are market events, those of one instrument by
 * `sequence`, all by `shardSequence`.
 *
 * Terms are as the OMS has checked them: quantities and prices positive safe integers, a limit price on every LIMIT.
 */
export function decideVenue(state: VenueState, input: VenueInput, time: InputTime): VenueOutput {
  const turn: Turn = { state, time, reports: [], market: [] };
  switch (input.kind) {
    case "TICK":
      applyTick(turn, input);
      return turn;
    case "DEFINE_INSTRUMENT":
      openBook(turn, input);
      return turn;
    case "ACTIVATE_ENGINE":
      state.engineVersion = input.version;
      return turn;
    case "ALLOT_TO_VENUE":
      allotToVenue(state, input);
      return turn;
  }
  const venueBook = state.bookOf.get(input.instrumentId);
  switch (input.kind) {
    case "PLACE_ORDER":
      placeOrder(turn, venueBook, input);
      break;
    case "AMEND_ORDER":
      amendOrder(turn, venueBook, input);
      break;
    case "PULL_ORDER":
      pullOrder(turn, venueBook, input);
      break;
    case "RECORDED_MARKET":
      applyRecordedMarket(turn, venueBook, input);
      break;
  }
  if (venueBook !== undefined) publishDelta(turn, venueBook, false);
  return turn;
}
