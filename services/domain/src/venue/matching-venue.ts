import type { InstrumentDefinition } from "../instrument/instrument.ts";
import { addBook, newBook } from "./define-instrument.ts";
import { emptyVenue, type VenueState } from "./venue-state.ts";

/**
 * A venue by itself, for the pure engine on a stream of commands: a book for each instrument, no participants, no
 * funds, no limits. Throws on a definition that `defineInstrument` refuses.
 */
export function matchingVenue(definitions: readonly InstrumentDefinition[]): VenueState {
  const state = emptyVenue({ shard: 0, omsPartitions: 1, tickInterval: 0 });
  for (const definition of definitions) addBook(state, newBook(state, definition, undefined, 0));
  return state;
}
