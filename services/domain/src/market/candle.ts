/** Lengths of candles in milliseconds; each divides the next ones up to a day, so that larger ones are sums. */
export const CANDLE_INTERVALS = {
  "1s": 1000,
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "4h": 14_400_000,
  "1d": 86_400_000,
} as const;

/** What trades between `start` and `start` + its interval did. Intervals begin at multiples of theirs, in UTC. */
export interface Candle {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  /** Stays at the largest safe integer once it is there. */
  readonly volumeLots: number;
  readonly tradeCount: number;
}

export interface CandleTrade {
  readonly priceTicks: number;
  readonly quantityLots: number;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
}

/** Start of the candle that a moment falls in. */
export function candleStart(time: number, intervalMilliseconds: number): number {
  return time - (time % intervalMilliseconds);
}

/**
 * The candle with one more trade: the same candle grown, or a new one if the trade is later than it. Trades come in
 * order; one from before the candle counts into it, for log time does not run backwards.
 */
function addToCandle(candle: Candle | undefined, trade: CandleTrade, intervalMilliseconds: number): Candle {
  const { priceTicks, quantityLots } = trade;
  const start = candleStart(trade.occurredAt, intervalMilliseconds);
  const next: Candle = {
    start,
    openTicks: priceTicks,
    highTicks: priceTicks,
    lowTicks: priceTicks,
    closeTicks: priceTicks,
    volumeLots: quantityLots,
    tradeCount: 1,
  };
  return candle === undefined || start > candle.start ? next : joinCandles(candle, next);
}

/** Candles of one interval from trades in order; an interval without trades has none. */
export function candlesOf(trades: readonly CandleTrade[], intervalMilliseconds: number): Candle[] {
  const candles: Candle[] = [];
  for (const trade of trades) {
    const last = candles.at(-1);
    const next = addToCandle(last, trade, intervalMilliseconds);
    if (last === undefined || next.start !== last.start) candles.push(next);
    else candles[candles.length - 1] = next;
  }
  return candles;
}

/** Candles of a longer interval (a multiple of theirs) from candles in order. */
export function coarserCandles(candles: readonly Candle[], intervalMilliseconds: number): Candle[] {
  const coarser: Candle[] = [];
  for (const candle of candles) {
    const start = candleStart(candle.start, intervalMilliseconds);
    const last = coarser.at(-1);
    if (last === undefined || last.start !== start) coarser.push({ ...candle, start });
    else coarser[coarser.length - 1] = joinCandles(last, candle);
  }
  return coarser;
}

/** `later` follows `earlier`, whose start stays. */
function joinCandles(earlier: Candle, later: Candle): Candle {
  return {
    start: earlier.start,
    openTicks: earlier.openTicks,
    highTicks: Math.max(earlier.highTicks, later.highTicks),
    lowTicks: Math.min(earlier.lowTicks, later.lowTicks),
    closeTicks: later.closeTicks,
    volumeLots: Math.min(earlier.volumeLots + later.volumeLots, Number.MAX_SAFE_INTEGER),
    tradeCount: earlier.tradeCount + later.tradeCount,
  };
}
