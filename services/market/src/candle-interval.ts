import { CANDLE_INTERVALS } from "@atlas/domain/market/candle";
import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";

/** An interval of candles, how long it is, how many are held in memory, and how many are kept in the store. */
export interface CandleTerms {
  readonly interval: CandleInterval;
  /** Milliseconds. */
  readonly length: number;
  /** At least so many of the newest are in memory. */
  readonly held: number;
  /** Older ones than so many intervals are removed from the store; `undefined`: never. */
  readonly stored: number | undefined;
}

export const candleTerms: readonly CandleTerms[] = [
  { interval: CandleInterval.SECOND, length: CANDLE_INTERVALS["1s"], held: 3_600, stored: 86_400 },
  { interval: CandleInterval.MINUTE, length: CANDLE_INTERVALS["1m"], held: 1_440, stored: undefined },
  { interval: CandleInterval.FIVE_MINUTES, length: CANDLE_INTERVALS["5m"], held: 1_000, stored: undefined },
  { interval: CandleInterval.FIFTEEN_MINUTES, length: CANDLE_INTERVALS["15m"], held: 1_000, stored: undefined },
  { interval: CandleInterval.HOUR, length: CANDLE_INTERVALS["1h"], held: 1_000, stored: undefined },
  { interval: CandleInterval.FOUR_HOURS, length: CANDLE_INTERVALS["4h"], held: 1_000, stored: undefined },
  { interval: CandleInterval.DAY, length: CANDLE_INTERVALS["1d"], held: 1_000, stored: undefined },
];
