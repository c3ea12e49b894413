import type { MarketEvent } from "./market-event.ts";
import type { InputTime } from "./venue-input.ts";
import type { VenueReport } from "./venue-report.ts";
import type { VenueState } from "./venue-state.ts";

/** What an input leads to, each list in order. */
export interface VenueOutput {
  readonly reports: readonly VenueReport[];
  readonly market: readonly MarketEvent[];
}

/** One input being decided. */
export interface Turn {
  readonly state: VenueState;
  readonly time: InputTime;
  readonly reports: VenueReport[];
  readonly market: MarketEvent[];
}
