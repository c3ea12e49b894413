import { type Candle, CandleSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CandleList, closeGap, startOf } from "./candle-list.ts";

function candleOf(start: number, close = "1", sequence = start): Candle {
  return create(CandleSchema, { startTime: { seconds: BigInt(start) }, close, sequence: BigInt(sequence) });
}

function printed(list: CandleList): string {
  return list.all.map((candle) => `${startOf(candle)}:${candle.close}`).join(" ");
}

function listOf(...starts: readonly number[]): CandleList {
  const list = new CandleList();
  list.replace(starts.map((start) => candleOf(start)));
  list.takeChanged();
  return list;
}

test("an update replaces the candle of its start or begins the next one, and nothing else is drawn again", () => {
  const list = listOf(60, 120);
  list.put(candleOf(120, "2"));
  expect(list.takeChanged()).toBe(1);
  list.put(candleOf(180, "3"));
  expect(printed(list)).toBe("60:1 120:2 180:3");
  expect(list.takeChanged()).toBe(2);
  expect(list.takeChanged()).toBeUndefined();
});

test("the first of several changes counts", () => {
  const list = listOf(60, 120, 180);
  list.put(candleOf(60, "2"));
  list.put(candleOf(180, "2"));
  expect(list.takeChanged()).toBe(0);
});

test("a candle that knows fewer trades than the one held changes nothing", () => {
  const list = listOf();
  list.replace([candleOf(60, "2", 9)]);
  list.takeChanged();
  list.put(candleOf(60, "1", 8));
  expect(printed(list)).toBe("60:2");
  expect(list.takeChanged()).toBeUndefined();
});

test("a late candle goes where its time is", () => {
  const list = listOf(60, 180);
  list.put(candleOf(120));
  expect(printed(list)).toBe("60:1 120:1 180:1");
});

test("a snapshot that meets what is held keeps the older ones; one that does not would leave a gap, so they go", () => {
  const list = listOf(60, 120, 180);
  expect(list.replace([candleOf(180, "2"), candleOf(240, "2")])).toEqual([]);
  expect(printed(list)).toBe("60:1 120:1 180:2 240:2");
  expect(list.replace([candleOf(600), candleOf(660)]).map(startOf)).toEqual([60, 120, 180, 240]);
  expect(printed(list)).toBe("600:1 660:1");
});

// Fails when candles that somebody scrolled back to are given up for a gap that pages can close.
test("a gap is read page by page, and what was there before stands before it again", async () => {
  const list = listOf(60, 120, 180);
  const apart = list.replace([candleOf(420, "3")]);
  const pages = [[360], [240, 300], [120, 180]];
  await closeGap(list, apart, async () => list.prepend((pages.shift() ?? []).map((start) => candleOf(start, "2"))));
  // The newest of before was not complete then: the page knows how it ended.
  expect(printed(list)).toBe("60:1 120:2 180:2 240:2 300:2 360:2 420:3");
  expect(pages).toEqual([]);
});

test("a gap that no page closes stays, and what was there before goes", async () => {
  const list = listOf(60, 120);
  const apart = list.replace([candleOf(600)]);
  const reads: number[] = [];
  await closeGap(list, apart, async () => void reads.push(list.all.length));
  expect([printed(list), reads]).toEqual(["600:1", [1]]);
});

test("an older page goes before, without what is held already", () => {
  const list = listOf(180);
  list.prepend([candleOf(60), candleOf(120), candleOf(180, "9")]);
  expect(printed(list)).toBe("60:1 120:1 180:1");
  expect(list.takeChanged()).toBe(0);
  list.prepend([]);
  expect(list.takeChanged()).toBeUndefined();
});

test("what was read page by page stays, however many come at the other end", () => {
  const list = listOf(8_000);
  list.prepend(Array.from({ length: 7_000 }, (_, index) => candleOf(1_000 + index)));
  for (let start = 8_001; start <= 9_000; start += 1) list.put(candleOf(start));
  expect(startOf(list.all[0] as Candle)).toBe(1_000);
  expect(list.all).toHaveLength(8_001);
});

test("a chart left open all day holds no more than its newest candles", () => {
  const list = new CandleList();
  for (let start = 1; start <= 7_000; start += 1) list.put(candleOf(start));
  expect(list.all.length).toBeLessThanOrEqual(6_000);
  expect(startOf(list.all.at(-1) as Candle)).toBe(7_000);
});
