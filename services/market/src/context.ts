import type { Clock } from "@atlas/platform/ports/clock";
import type { CandleHistory } from "./candle-history.ts";
import type { MarketView } from "./market-view.ts";

/** What a read of the market needs. */
export interface MarketReadContext {
  readonly view: MarketView;
  readonly history: CandleHistory;
  readonly clock: Clock;
  /** Whether control has defined the instrument, though its market may not have begun. */
  isDefined(instrumentId: string): boolean;
  /** When the answer must be there, in the clock's monotonic milliseconds. */
  readonly deadline: number;
}
