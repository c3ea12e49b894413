import type { Candle } from "@atlas/gen/atlas/market/v1/market_pb";
import type { UTCTimestamp } from "lightweight-charts";
import { startOf } from "./candle-list.ts";
import { type ChartPalette, faint } from "./chart-palette.ts";
import { movingAverage } from "./moving-average.ts";

/** What the chart draws of a candle. Numbers are floats here: lengths, not figures. */
export function barOf(candle: Candle) {
  return {
    time: timeOf(candle),
    open: Number(candle.open),
    high: Number(candle.high),
    low: Number(candle.low),
    close: Number(candle.close),
  };
}

/** As high as the candle's volume, in the colour of the way that its price went. */
export function volumeBarOf(candle: Candle, { up, down }: ChartPalette) {
  const isUp = Number(candle.close) >= Number(candle.open);
  return { time: timeOf(candle), value: Number(candle.volume), color: faint(isUp ? up : down) };
}

/** The simple moving average of `span` closes, from the candle at `from` on; a point without a value where there are too few. */
export function averagePoints(candles: readonly Candle[], closes: readonly number[], span: number, from: number) {
  return movingAverage(closes, span, from).map((value, index) => {
    const time = timeOf(candles[from + index] as Candle);
    return value === undefined ? { time } : { time, value };
  });
}

function timeOf(candle: Candle): UTCTimestamp {
  return startOf(candle) as UTCTimestamp;
}
