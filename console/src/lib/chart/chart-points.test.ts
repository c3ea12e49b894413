import { type Candle, CandleSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { averagePoints, barOf, volumeBarOf } from "./chart-points.ts";

const PALETTE = {
  ...{ ground: "#000000", text: "#ffffff", line: "#111111", crosshair: "#222222" },
  ...{ up: "#0000ff", down: "#ff8800", average: "#ffff00" },
};

function candleOf(start: number, open: string, close: string, volume = "1"): Candle {
  const startTime = { seconds: BigInt(start) };
  return create(CandleSchema, { startTime, open, high: "12.5", low: "9", close, volume });
}

test("a bar has the candle's prices at the candle's start", () => {
  expect(barOf(candleOf(60, "10", "11"))).toEqual({ time: 60, open: 10, high: 12.5, low: 9, close: 11 });
});

// Fails when the bar is of the trades' count, and when a fall is drawn as a rise.
test("a volume bar is as high as the volume, in the colour of the way that the price went", () => {
  const [rise, fall, still] = [
    candleOf(60, "10", "11", "0.25"),
    candleOf(120, "11", "10", "7"),
    candleOf(180, "9", "9"),
  ];
  expect(volumeBarOf(rise, PALETTE)).toMatchObject({ time: 60, value: 0.25 });
  expect(volumeBarOf(fall, PALETTE)).toMatchObject({ time: 120, value: 7 });
  expect(volumeBarOf(rise, PALETTE).color).toContain(PALETTE.up);
  expect(volumeBarOf(fall, PALETTE).color).toContain(PALETTE.down);
  expect(volumeBarOf(still, PALETTE).color).toBe(volumeBarOf(rise, PALETTE).color);
});

// Fails when points stand at their index from the first one drawn anew, and not of all.
test("the average's points stand at their candles, and have a value from the span's last candle on", () => {
  const closes = [1, 2, 3, 5];
  const candles = closes.map((close, index) => candleOf(60 * (index + 1), "1", String(close)));
  expect(averagePoints(candles, closes, 2, 0)).toEqual([
    { time: 60 },
    { time: 120, value: 1.5 },
    { time: 180, value: 2.5 },
    { time: 240, value: 4 },
  ]);
  expect(averagePoints(candles, closes, 2, 3)).toEqual([{ time: 240, value: 4 }]);
});
