import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { describe, expect, test } from "vitest";
import { type RecordedStep, RecordingError } from "./recorded-step.ts";
import { stepReader } from "./recording-format.ts";

const EXAMPLE = new URL("../../../../examples/market/binance_spot_btcusdt_20240808.gz", import.meta.url);

function stepsOf(lines: readonly string[]): RecordedStep[] {
  const reader = stepReader(lines[0] ?? "");
  return [...lines.flatMap((line) => reader.push(line)), ...reader.end()];
}

function depth(time: number, update: number, bids: string[][], asks: string[][] = []): string {
  return `${time} ${JSON.stringify({ data: { e: "depthUpdate", u: update, b: bids, a: asks } })}`;
}

function trade(time: number, price: string, quantity: string, buyerIsMaker: boolean): string {
  return `${time} ${JSON.stringify({ data: { e: "trade", p: price, q: quantity, m: buyerIsMaker } })}`;
}

describe("a raw Binance capture", () => {
  test("begins with the snapshot and what goes beyond it, in canonical decimals on tick and lot", () => {
    const steps = stepsOf([
      depth(100, 5, [["10.00000000", "1.00000000"]]),
      trade(101, "10.00000000", "1.00000000", true),
      depth(102, 8, [["9.50000000", "0.00000000"]]),
      `150 ${JSON.stringify({ lastUpdateId: 6, bids: [["10.00000000", "2.00000000"]], asks: [["11.00000000", "3.000019"]] })}`,
      depth(160, 6, [["1.00", "1.00"]]),
      depth(170, 9, [["10.00000000", "0.50000000"]]),
      trade(180, "10.00000000", "0.25000000", true),
      trade(190, "11.00000000", "0.00001900", false),
    ]);
    expect(steps).toEqual([
      {
        atNanoseconds: 50n,
        clear: true,
        levels: [
          { side: Side.BUY, price: "10", quantity: "2" },
          { side: Side.SELL, price: "11", quantity: "3.00001" },
        ],
        trades: [],
      },
      { atNanoseconds: 50n, clear: false, levels: [{ side: Side.BUY, price: "9.5", quantity: "0" }], trades: [] },
      {
        atNanoseconds: 70n,
        clear: false,
        levels: [{ side: Side.BUY, price: "10", quantity: "0.5" }],
        trades: [
          { takerSide: Side.SELL, price: "10", quantity: "0.25" },
          { takerSide: Side.BUY, price: "11", quantity: "0.00001" },
        ],
      },
    ]);
  });

  test("a trade later than 10 ms after its step is a step of its own", () => {
    const snapshot = `0 ${JSON.stringify({ lastUpdateId: 1, bids: [], asks: [] })}`;
    const steps = stepsOf([snapshot, trade(9_999_999, "1", "1", true), trade(10_000_000, "2", "1", true)]);
    expect(steps.map((step) => [step.atNanoseconds, step.trades.length])).toEqual([
      [0n, 1],
      [10_000_000n, 1],
    ]);
  });

  test("the example: its steps make the book that its lines make, and every trade", () => {
    const lines = gunzipSync(readFileSync(EXAMPLE)).toString().trim().split("\n");
    const steps = stepsOf(lines);
    const book = new Map<string, string>();
    for (const step of steps) {
      expect(step.levels.length).toBeLessThanOrEqual(10_000);
      if (step.clear) book.clear();
      for (const level of step.levels) book.set(`${level.side} ${Number(level.price)}`, level.quantity);
    }
    expect(new Map([...book].filter(([, quantity]) => quantity !== "0"))).toEqual(naiveBook(lines));
    expect(steps.reduce((sum, step) => sum + step.trades.length, 0)).toBe(9_756);
    const times = steps.map((step) => step.atNanoseconds);
    expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0n))).toBe(true);
  });

  /** Numbers of the venue, read another way. */
  function naiveBook(lines: readonly string[]): Map<string, string> {
    const book = new Map<string, string>();
    const messages = lines.map((line) => JSON.parse(line.slice(20)));
    const snapshot = messages.find((message) => "lastUpdateId" in message);
    const updates = messages.filter((one) => one.data?.e === "depthUpdate" && one.data.u > snapshot.lastUpdateId);
    const all = [snapshot, ...updates.map((one) => ({ bids: one.data.b, asks: one.data.a }))];
    for (const { bids, asks } of all) {
      for (const [side, pairs] of [
        [Side.BUY, bids],
        [Side.SELL, asks],
      ] as const) {
        for (const [price, quantity] of pairs) book.set(`${side} ${Number(price)}`, floorLot(quantity));
      }
    }
    return new Map([...book].filter(([, quantity]) => quantity !== "0"));
  }

  function floorLot(quantity: string): string {
    return String(Number(quantity.slice(0, -3)));
  }

  test.each([
    "12x {}",
    "12 ",
    "12 []",
    `12 {"data":{"e":"trade","p":"1","q":2,"m":true}}`,
    `12 {"data":{"e":"depthUpdate","u":"x","b":[],"a":[]}}`,
    `12 {"lastUpdateId":1,"bids":[["1"]],"asks":[]}`,
    `12 {"lastUpdateId":1,"bids":[["0.001","1"]],"asks":[]}`,
    `12 {"lastUpdateId":1,"bids":[["-1","1"]],"asks":[]}`,
  ])("a line that is none is refused: %s", (line) => {
    const reader = stepReader(depth(1, 1, []));
    expect(() => reader.push(line)).toThrow(RecordingError);
  });
});

describe("a QuantCup feed", () => {
  const level = (side: Side, price: string, quantity: string) => ({ side, price, quantity });

  test("rests, trades at the resting prices, cancels by number", () => {
    const steps = stepsOf(["trader_id,side,price,qty", "1,Ask,4800,5", "1,Ask,4801,5", "2,Bid,4801,7", "1,Bid,0,2"]);
    expect(steps.map(({ levels, trades }) => ({ levels, trades }))).toEqual([
      { levels: [level(Side.SELL, "48", "5")], trades: [] },
      { levels: [level(Side.SELL, "48.01", "5")], trades: [] },
      {
        levels: [],
        trades: [
          { takerSide: Side.BUY, price: "48", quantity: "5" },
          { takerSide: Side.BUY, price: "48.01", quantity: "2" },
        ],
      },
      { levels: [level(Side.SELL, "48", "0"), level(Side.SELL, "48.01", "3")], trades: [] },
      { levels: [level(Side.SELL, "48.01", "0")], trades: [] },
    ]);
  });
});

test("a file of another kind is refused", () => {
  expect(() => stepReader("hello")).toThrow(RecordingError);
});
